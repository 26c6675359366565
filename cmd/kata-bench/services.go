package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/services"
)

// serve starts kata's own server programs that the course's exercises need,
// once, and gives go test their addresses: alone it would start them anew with
// every run, through go run. kata itself is given nothing and starts its own.
func (s *site) serve() error {
	for _, e := range s.exercises {
		for _, name := range e.Services {
			if _, err := os.Stat(filepath.Join(s.repo, "grader", "services", name)); err != nil {
				continue // linked into the tests, or optional
			}
			if slices.ContainsFunc(s.given, func(v string) bool { return strings.HasPrefix(v, services.Variable(name)+"=") }) {
				continue
			}
			address, err := s.start(name)
			if err != nil {
				return fmt.Errorf("start the %s service: %w", name, err)
			}
			s.given = append(s.given, services.Variable(name)+"="+address)
		}
	}
	return nil
}

// start returns the first line that a server program prints. The program ends
// with its standard input.
func (s *site) start(name string) (string, error) {
	binary := filepath.Join(s.repo, name+".exe")
	if _, err := s.goCommand("build", "-o", binary, "./grader/services/"+name).run(s.lab); err != nil {
		return "", err
	}
	cmd := exec.Command(binary)
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	s.lab.services = append(s.lab.services, service{cmd, in})
	line, err := bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(line), err
}

// service is a started server program.
type service struct {
	cmd *exec.Cmd
	in  io.Closer
}

// Close ends the program and waits for its end.
func (s service) Close() error {
	_ = s.in.Close()
	return s.cmd.Wait()
}
