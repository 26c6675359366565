package redisdb

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// service is the program that a plain `go test` starts.
const service = "github.com/kata-go/kata/grader/services/redis"

// running is the started program. It ends when its standard input does, which
// is when this process ends; until then the pipe must not be collected.
type running struct {
	address string
	stdin   io.Closer
}

var once = sync.OnceValues(launch)

// started returns the control address of this process's own embedded Redis.
func started() (string, error) {
	p, err := once()
	return p.address, err
}

func launch() (running, error) {
	var complaints bytes.Buffer
	cmd := exec.Command("go", "run", service)
	cmd.Stderr = &complaints
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return running{}, fmt.Errorf("start the embedded Redis: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return running{}, fmt.Errorf("start the embedded Redis: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return running{}, fmt.Errorf("start the embedded Redis: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = stdin.Close()
		_ = cmd.Wait() // the buffer is complete after it
		return running{}, fmt.Errorf("start the embedded Redis: go run %s: %s", service, strings.TrimSpace(complaints.String()))
	}
	return running{strings.TrimSpace(line), stdin}, nil
}
