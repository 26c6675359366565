package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// maxReady bounds a service's first line, in bytes.
const maxReady = 4 << 10

// ErrNotReady is wrapped when a service ended, or used its time up, before it
// printed its first line.
var ErrNotReady = errors.New("no ready line")

// Process is a long-lived program, such as a service, that is used while it
// runs. It dies with Stop, with the context given to Start, and with kata.
type Process struct {
	session *session
	ready   string
	forget  func() bool // the context no longer ends it
	stop    func() Outcome
}

// Start starts c and waits for the first line on its standard output, which
// tells that it is ready. The error wraps ErrNotReady when none comes within
// c.Wall, and ends with the last line that the process complained with. Output
// over the cap is cut and kills nothing; standard output after the first line
// is dropped unless c.Stdout is set.
func (r *Runner) Start(ctx context.Context, c Command) (*Process, error) {
	name := filepath.Base(c.Path)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	line := &firstLine{found: make(chan string, 1), rest: c.Stdout}
	c.Stdout = line
	s := newSession()
	s.service = true
	if err := r.launch(ctx, s, c); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{session: s, forget: context.AfterFunc(ctx, s.kill)}
	p.stop = sync.OnceValue(p.end)
	var err error
	if p.ready, err = s.await(ctx, line, c.Wall); err != nil {
		return nil, fmt.Errorf("start %s: %w%s", name, err, complaint(p.abandon()))
	}
	return p, nil
}

// Ready is the line that the process printed first, without its end.
func (p *Process) Ready() string { return p.ready }

// Done is closed when the process has ended, for whatever reason.
func (p *Process) Done() <-chan struct{} { return p.session.exited }

// Stop closes the process's standard input, gives it a second to end by
// itself, then kills it and all it started. Further calls return the same.
func (p *Process) Stop() Outcome { return p.stop() }

func (p *Process) end() Outcome {
	_ = p.session.stdin.Close()
	select {
	case <-p.session.exited:
	case <-time.After(stopTime):
	}
	return p.abandon()
}

func (p *Process) abandon() Outcome {
	p.forget()
	p.session.kill()
	<-p.session.exited
	p.session.settle()
	return p.session.outcome()
}

// await waits for the first line, or for what makes it impossible.
func (s *session) await(ctx context.Context, line *firstLine, limit time.Duration) (string, error) {
	if limit == 0 {
		limit = readyTime
	}
	select {
	case ready := <-line.found:
		return ready, nil
	case <-s.exited:
		s.settle()
		return "", fmt.Errorf("%w: it ended (%s)", ErrNotReady, s.ending)
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(limit):
		return "", fmt.Errorf("%w within %v", ErrNotReady, limit)
	}
}

// complaint is the last line of standard error, as a clause.
func complaint(out Outcome) string {
	text := strings.TrimSpace(string(out.Stderr))
	if text == "" {
		return ""
	}
	return ": " + text[strings.LastIndexByte(text, '\n')+1:]
}

// firstLine is a writer that cuts the first line off a stream.
type firstLine struct {
	found chan string // gets the line
	seen  bool
	begun []byte
	rest  io.Writer // nil: dropped
}

// Write never fails unless the rest's writer does.
func (f *firstLine) Write(p []byte) (int, error) {
	n := len(p)
	if !f.seen {
		p = f.cut(p)
	}
	if f.rest == nil || len(p) == 0 {
		return n, nil
	}
	if _, err := f.rest.Write(p); err != nil {
		return 0, err
	}
	return n, nil
}

// cut adds p to the line and returns what lies behind it.
func (f *firstLine) cut(p []byte) []byte {
	line, rest, ended := bytes.Cut(p, []byte("\n"))
	f.begun = append(f.begun, line...)
	if ended || len(f.begun) > maxReady {
		f.seen = true
		f.found <- strings.TrimSuffix(string(f.begun), "\r")
	}
	return rest
}
