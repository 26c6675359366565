// Package launch starts kata's server programs for a plain `go test`, where no
// grader has. It knows that such a program prints its address on one line and
// ends when its standard input does, and nothing else about it.
package launch

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// running is the started programs by name, with the pipes that keep them alive:
// they end when this process does.
var running sync.Map

// Address returns the address that the program grader/services/<name> printed.
// The first call of a process starts it by `go run`. Words after the name are
// the program's arguments.
func Address(name string) (string, error) {
	start, _ := running.LoadOrStore(name, sync.OnceValues(func() (started, error) { return launch(name) }))
	p, err := start.(func() (started, error))()
	return p.address, err
}

type started struct {
	address string
	stdin   any
}

func launch(name string) (started, error) {
	words := strings.Fields(name)
	service := "github.com/kata-go/kata/grader/services/" + words[0]
	var complaints bytes.Buffer
	cmd := exec.Command("go", append([]string{"run", service}, words[1:]...)...)
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return started{}, fmt.Errorf("start the embedded %s: %w", name, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return started{}, fmt.Errorf("start the embedded %s: %w", name, err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = stdin.Close()
		_ = cmd.Wait() // the buffer is complete after it
		return started{}, fmt.Errorf("start the embedded %s: go run %s: %s", name, service, strings.TrimSpace(complaints.String()))
	}
	return started{strings.TrimSpace(line), stdin}, nil
}
