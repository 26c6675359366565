package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kata-go/kata/grader/services/janitor"
	"github.com/kata-go/kata/grader/services/pulse"
)

const (
	patience = 8 * time.Second // from a server's start to its first answer
	attempts = 3               // at finding a port that nobody takes in between
)

// server is a started server.
type server struct {
	product product
	addr    string
	cmd     *exec.Cmd
	log     *tail
	ended   chan struct{} // closed
	cleaner *janitor.Janitor
}

// start prepares the folder and starts the server there until it answers.
func start(p product, folder string, cleaner *janitor.Janitor) (*server, error) {
	who := unprivileged()
	if err := os.Chmod(folder, 0o711); err != nil {
		return nil, err
	}
	if err := p.prepare(folder, who); err != nil {
		return nil, fmt.Errorf("prepare %s: %w", p.name(), err)
	}
	var err error
	for range attempts {
		var s *server
		if s, err = launch(p, folder, who, cleaner); err == nil {
			return s, nil
		}
		if !errors.Is(err, errTaken) {
			break
		}
	}
	return nil, err
}

// errTaken is for a server whose port was another's when it came to it.
var errTaken = errors.New("its port is taken")

func launch(p product, folder string, who user, cleaner *janitor.Janitor) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	words := p.command(folder, port)
	s := &server{product: p, addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), log: &tail{}, ended: make(chan struct{}), cleaner: cleaner}
	s.cmd = exec.Command(words[0], words[1:]...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = folder, s.log, s.log
	s.cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "HOME=" + folder, "TMPDIR=" + folder, "PATH=" + os.Getenv("PATH")}
	if err := begin(s.cmd, who); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name(), err)
	}
	cleaner.Kill(s.cmd.Process.Pid)
	go s.wait()
	if err := s.ready(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) wait() {
	_ = s.cmd.Wait() // how it ended is in ProcessState
	s.cleaner.Forget(s.cmd.Process.Pid)
	close(s.ended)
}

// ready waits for the first answer.
func (s *server) ready() error {
	var err error
	for begun := time.Now(); time.Since(begun) < patience; {
		if err = s.product.greet(s.addr); err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return s.died()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s started and does not answer within %v (%w)%s", s.product.name(), patience, err, s.log.last())
}

func (s *server) died() error {
	text := strings.ToLower(s.log.all())
	if strings.Contains(text, "address already in use") || strings.Contains(text, "address in use") {
		return fmt.Errorf("%s: %w: %s", s.product.name(), errTaken, s.addr)
	}
	return fmt.Errorf("%s ended (%v)%s", s.product.name(), s.cmd.ProcessState, s.log.last())
}

// until returns when in ends or, with an error, when the server did.
func (s *server) until(in io.Reader, out io.Writer) error {
	closed := make(chan error, 1)
	go func() { closed <- pulse.Answer(in, out, s.well) }()
	select {
	case err := <-closed:
		return err
	case <-s.ended:
		return s.died()
	}
}

// well wants the server to take connections. Its port closes before anybody
// can wait for its end.
func (s *server) well() error {
	conn, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		return fmt.Errorf("%s takes no connections: %w", s.product.name(), err)
	}
	return conn.Close()
}

// stop ends the server at once; half a second later by force.
func (s *server) stop() {
	hurry(s.cmd)
	select {
	case <-s.ended:
		return
	case <-time.After(500 * time.Millisecond):
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// tail keeps the end of what a server logs.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 8 << 10 // bytes

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(p), nil
}

func (t *tail) all() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.kept))
}

// last is the last line that tells of an error, else the last one, as a clause.
func (t *tail) last() string {
	lines := strings.Split(t.all(), "\n")
	said := lines[len(lines)-1]
	for _, line := range lines {
		if lower := strings.ToLower(line); strings.Contains(lower, "fatal") || strings.Contains(lower, "error") {
			said = line
		}
	}
	if said == "" {
		return ""
	}
	return ": " + strings.TrimSpace(said)
}
