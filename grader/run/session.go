package run

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kata-go/kata/grader/kit/seal"
)

// session is one started process and all that hangs on it.
type session struct {
	cmd      *exec.Cmd
	group    group          // what dies with it, per operating system
	stdin    io.WriteCloser // nil without one of our making
	stdout   *capture
	stderr   *capture
	report   *capture // nil without a sealed report
	sealed   *sealed  // nil without one
	confined confined

	ours      []*os.File // ends to close when the start fails
	theirs    []*os.File // the process's ends, closed here once it has them
	exited    chan struct{}
	service   bool     // standard input stays open, long output is cut
	trial     []string // layers to try; nil: no trial
	started   time.Time
	ended     time.Time
	flooded   atomic.Bool
	ending    ending
	timedOut  bool
	cancelled bool

	mu   sync.Mutex
	over bool // the process has been waited for: its number may be another's
}

// ending is how a process ended.
type ending struct {
	Code   int // -1 by a signal
	Signal string
	Peak   int64 // bytes of memory
}

// String tells it as os.ProcessState does.
func (e ending) String() string {
	if e.Signal != "" {
		return e.Signal
	}
	return "exit status " + strconv.Itoa(e.Code)
}

func newSession() *session { return &session{exited: make(chan struct{})} }

// launch starts c; the process is then running the program itself, not any
// set-up on our side.
func (r *Runner) launch(ctx context.Context, s *session, c Command) error {
	if err := s.prepare(ctx, r, c); err != nil {
		closeAll(append(s.ours, s.theirs...)...)
		return err
	}
	begun := make(chan error)
	go s.keep(begun)
	err := <-begun
	closeAll(s.theirs...)
	if err != nil {
		closeAll(s.ours...)
		return err
	}
	if c.Confine == nil {
		bound(s.cmd, c)
	}
	s.follow(c)
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	if err := s.confined.handshake(); err != nil {
		s.kill()
		<-s.exited
		s.settle()
		return err
	}
	if c.Confine != nil {
		s.started = time.Now()
	}
	return nil
}

// prepare makes the pipes and the exec.Cmd.
func (s *session) prepare(ctx context.Context, r *Runner, c Command) error {
	s.cmd = exec.Command(c.Path, c.Args...)
	s.cmd.Dir, s.cmd.Env = c.Dir, append([]string{}, c.Env...)
	if s.cmd.Err != nil {
		return s.cmd.Err
	}
	if err := s.output(c); err != nil {
		return err
	}
	if err := s.input(c); err != nil {
		return err
	}
	s.group.attributes(s.cmd, c)
	if c.Plan != nil {
		if err := s.seal(c.Plan); err != nil {
			return err
		}
	}
	if c.Confine != nil {
		if err := s.confine(ctx, r, c); err != nil {
			return err
		}
	}
	return s.join(c)
}

func (s *session) output(c Command) error {
	limit := c.OutputCap
	if limit == 0 {
		limit = defaultOutputCap
	}
	full := s.flood
	if s.service {
		full = nil
	}
	for _, stream := range []struct {
		capture **capture
		file    *io.Writer
		to      io.Writer
	}{{&s.stdout, &s.cmd.Stdout, c.Stdout}, {&s.stderr, &s.cmd.Stderr, c.Stderr}} {
		from, child, err := os.Pipe()
		if err != nil {
			return fmt.Errorf("open a pipe for output: %w", err)
		}
		s.hold(from, child)
		*stream.file = child
		*stream.capture = newCapture(from, stream.to, limit, full)
	}
	return nil
}

func (s *session) input(c Command) error {
	if !s.service {
		if c.Stdin == nil {
			return nil
		}
		if file, ok := c.Stdin.(*os.File); ok {
			s.cmd.Stdin = file
			return nil
		}
	}
	child, to, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("open a pipe for input: %w", err)
	}
	s.hold(to, child)
	s.cmd.Stdin, s.stdin = child, to
	return nil
}

func (s *session) seal(plan []byte) error {
	var err error
	if s.sealed, err = newSealed(plan); err != nil {
		return err
	}
	s.hold(s.sealed.plan, s.sealed.child[0])
	s.hold(s.sealed.report, s.sealed.child[1])
	names, err := s.group.inherit(s.cmd, s.sealed.child[:]...)
	if err != nil {
		return fmt.Errorf("let the process inherit its report: %w", err)
	}
	s.cmd.Env = append(s.cmd.Env, seal.Env+"="+names)
	s.report = newCapture(s.sealed.report, nil, reportCap, s.flood)
	return nil
}

func (s *session) hold(ours, theirs *os.File) {
	s.ours, s.theirs = append(s.ours, ours), append(s.theirs, theirs)
}

// keep starts the process and waits for it on one thread: on Linux a process
// that shall die with kata dies with the thread that started it.
func (s *session) keep(begun chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := s.group.start(s.cmd)
	s.started = time.Now()
	begun <- err
	if err != nil {
		return
	}
	s.ending = s.group.wait(s.cmd, func() { s.signal(s.finish) })
	s.group.close()
	close(s.exited)
}

// finish kills what the process left behind and forbids further signals.
func (s *session) finish(cmd *exec.Cmd) {
	s.ended = time.Now()
	s.group.kill(cmd)
	s.over = true
}

// follow begins to move the bytes.
func (s *session) follow(c Command) {
	for _, stream := range s.captures() {
		go stream.read()
	}
	if s.sealed != nil {
		go s.sealed.send()
	}
	if s.stdin != nil && !s.service {
		go func() {
			_, _ = io.Copy(s.stdin, c.Stdin)
			_ = s.stdin.Close()
		}()
	}
}

func (s *session) captures() []*capture {
	return slices.DeleteFunc([]*capture{s.stdout, s.stderr, s.report}, func(c *capture) bool { return c == nil })
}

// attend waits for the end of the process and brings it about when it must.
func (s *session) attend(ctx context.Context, wall time.Duration) {
	select {
	case <-s.exited:
	case <-ctx.Done():
		s.cancelled = true
		s.kill()
	case <-after(wall):
		s.expire(ctx)
	}
	<-s.exited
	s.settle()
}

// expire ends a process that used its time up: first it may say where it was.
func (s *session) expire(ctx context.Context) {
	s.timedOut = true
	s.stderr.extend(dumpAllowance)
	s.signal(s.group.dump)
	select {
	case <-s.exited:
	case <-ctx.Done():
	case <-time.After(dumpTime):
	}
	s.kill()
}

// after is time.After with zero for never.
func after(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return time.After(d)
}

func (s *session) flood() {
	s.flooded.Store(true)
	s.kill()
}

func (s *session) kill() { s.signal(s.group.kill) }

// signal does something to the process group while its number is surely its.
func (s *session) signal(how func(*exec.Cmd)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		how(s.cmd)
	}
}

// settle collects what is still under way after the process's death.
func (s *session) settle() {
	deadline := time.Now().Add(drainTime)
	for _, stream := range s.captures() {
		stream.settle(time.After(time.Until(deadline)))
	}
	if s.stdin != nil {
		_ = s.stdin.Close()
	}
	if s.sealed != nil {
		_ = s.sealed.plan.Close()
	}
	s.confined.close()
}

func (s *session) outcome() Outcome {
	out := Outcome{
		ExitCode: s.ending.Code, Signal: s.ending.Signal,
		TimedOut: s.timedOut, Flooded: s.flooded.Load(),
		Stdout: s.stdout.bytes(), Stderr: s.stderr.bytes(),
		Elapsed: max(0, s.ended.Sub(s.started)), PeakMemory: s.ending.Peak,
		Layers: s.confined.layers, Missing: s.confined.missing,
	}
	if s.sealed != nil {
		out.Secret, out.Report = s.sealed.secret, s.report.bytes()
	}
	return out
}
