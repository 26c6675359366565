package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// command is a program to measure.
type command struct {
	path string
	args []string
	dir  string
	env  []string
	red  bool   // it must end with exit status 1, not 0
	mix  bool   // it may end with either of them
	must string // its output must contain this
	not  string // its output must not contain this, unless ""
}

// ran is what one run of a command took.
type ran struct {
	out  string        // its standard output
	wall time.Duration // from the start of its process to its end
	cpu  time.Duration // of its process and all that it waited for
}

// run returns the standard output of a command that does what it must.
func (c command) run(ctx context.Context) (string, error) {
	r, err := c.watch(ctx, nil)
	return r.out, err
}

// peak runs the command and returns the largest memory of its own process, in
// MiB. It needs Linux; elsewhere the answer is 0.
func (c command) peak(ctx context.Context) (float64, error) {
	most := 0
	_, err := c.watch(ctx, func(pid int) { most = max(most, highWater(pid)) })
	return float64(most) / 1024, err
}

// watch runs the command and calls look, which may be nil, again and again
// while it lives.
func (c command) watch(ctx context.Context, look func(pid int)) (ran, error) {
	cmd := exec.CommandContext(ctx, c.path, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its children
	cmd.WaitDelay = 5 * time.Second
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return ran{}, fmt.Errorf("start %s: %w", c, err)
	}
	stop := looking(cmd.Process.Pid, look)
	_ = cmd.Wait() // how it ended is asked below
	took := time.Since(begun)
	stop()
	if ctx.Err() != nil {
		return ran{}, ctx.Err()
	}
	if problem := c.problem(cmd.ProcessState.ExitCode(), out.String()); problem != "" {
		return ran{}, fmt.Errorf("%s: %s\n%s%s", c, problem, out.String(), complaints.String())
	}
	return ran{out.String(), took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// looking calls look every millisecond until stop.
func looking(pid int, look func(pid int)) (stop func()) {
	if look == nil {
		return func() {}
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				look(pid)
			}
		}
	}()
	return func() { close(done); <-over }
}

// problem says what is wrong with how the command ended; "" when nothing is.
func (c command) problem(code int, out string) string {
	want := 0
	if c.red {
		want = 1
	}
	switch {
	case code != want && !(c.mix && code == 1):
		return fmt.Sprintf("ended with %d, want %d", code, want)
	case !strings.Contains(out, c.must):
		return fmt.Sprintf("its output lacks %q", c.must)
	case c.not != "" && strings.Contains(out, c.not):
		return fmt.Sprintf("its output has %q", c.not)
	}
	return ""
}

func (c command) String() string {
	return strings.Join(slices.Insert(slices.Clone(c.args), 0, filepath.Base(c.path)), " ")
}

// highWater returns a living process's largest resident size in KiB, 0 when it
// cannot be told (proc(5), VmHWM).
func highWater(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	number, _, _ := strings.Cut(field(string(data), "VmHWM"), " ")
	kib, _ := strconv.Atoi(number)
	return kib
}
