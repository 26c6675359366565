package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// maxLine bounds a line that a service says, in bytes.
const maxLine = 4 << 10

// ErrNotReady is wrapped when a service ended, or used its time up, before it
// printed its first line.
var ErrNotReady = errors.New("no ready line")

// ErrSilent is wrapped when a service ended, or used its time up, before it
// answered.
var ErrSilent = errors.New("no answer")

// Process is a long-lived program, such as a service, that is used while it
// runs. It dies with Stop, with the context given to Start, and with kata.
type Process struct {
	session *session
	ready   string
	said    *lines
	forget  func() bool // the context no longer ends it
	stop    func() Outcome
}

// Start starts c and waits for the first line on its standard output, which
// tells that it is ready. The error wraps ErrNotReady when none comes within
// c.Wall, and ends with the last line that the process complained with. Output
// over the cap is cut and kills nothing; standard output after the first line
// is dropped but for answers to Ask, and c.Stdout is not used.
func (r *Runner) Start(ctx context.Context, c Command) (*Process, error) {
	name := filepath.Base(c.Path)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	said := &lines{last: make(chan string, 1)}
	c.Stdout = said
	s := newSession()
	s.service = true
	if err := r.launch(ctx, s, c); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{session: s, said: said, forget: context.AfterFunc(ctx, s.kill)}
	p.stop = sync.OnceValue(p.end)
	var err error
	if p.ready, err = s.await(ctx, said, c.Wall); err != nil {
		return nil, fmt.Errorf("start %s: %w%s", name, err, complaint(p.abandon()))
	}
	return p, nil
}

// Ready is the line that the process printed first, without its end.
func (p *Process) Ready() string { return p.ready }

// Done is closed when the process has ended, for whatever reason.
func (p *Process) Done() <-chan struct{} { return p.session.exited }

// Ask sends an empty line to the process and returns the line that it answers.
// The error wraps ErrSilent when it ended, or does not answer within limit. One
// goroutine may ask at a time.
func (p *Process) Ask(limit time.Duration) (string, error) {
	p.said.forget()
	_, _ = p.session.stdin.Write([]byte("\n")) // it fails when the process has ended, which is told below
	select {
	case answer := <-p.said.last:
		return answer, nil
	case <-p.session.exited:
		return "", fmt.Errorf("%w: it ended (%s)", ErrSilent, p.session.ending)
	case <-time.After(limit):
		return "", fmt.Errorf("%w within %v", ErrSilent, limit)
	}
}

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
func (s *session) await(ctx context.Context, said *lines, limit time.Duration) (string, error) {
	if limit == 0 {
		limit = readyTime
	}
	select {
	case ready := <-said.last:
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

// lines hands on the lines that a process says, as far as somebody waits for
// them: one that is not taken before the next comes keeps that one out.
type lines struct {
	last  chan string // holds one
	begun []byte
}

// Write never fails.
func (l *lines) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, more, ended := bytes.Cut(rest, []byte("\n"))
		l.begun, rest = append(l.begun, line...), more
		if ended || len(l.begun) > maxLine {
			l.end()
		}
	}
	return len(p), nil
}

func (l *lines) end() {
	select {
	case l.last <- strings.TrimSuffix(string(l.begun), "\r"):
	default:
	}
	l.begun = nil
}

func (l *lines) forget() {
	select {
	case <-l.last:
	default:
	}
}
