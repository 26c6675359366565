package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/kata-go/kata/grader/course"
)

// watcher is a running kata watch whose standard output is read.
type watcher struct {
	site  *site
	cmd   *exec.Cmd
	stdin io.WriteCloser
	shown chan string // what was printed up to a line of keys, that is one verdict
}

// patience bounds the wait for one verdict.
const patience = 5 * time.Minute

// watch starts kata watch at an exercise and waits for the first verdict.
func (s *site) watch(e *course.Exercise) (*watcher, error) {
	c := s.kataCommand("watch", e.ID())
	cmd := exec.CommandContext(s.lab, c.path, c.args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = c.dir, c.env, 5*time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c, err)
	}
	w := &watcher{s, cmd, stdin, make(chan string, 16)}
	go w.read(stdout)
	for range 2 { // the greeting ends with the keys too
		if _, err := w.next(); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	time.Sleep(thinking)
	return w, nil
}

// thinking is the time between a learner's first verdict and first save, in
// which kata watch prepares the next build.
const thinking = 10 * time.Second

// read hands each verdict over; the line of keys ends it.
func (w *watcher) read(out io.Reader) {
	defer close(w.shown)
	var text strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text.WriteString(lines.Text() + "\n")
		if strings.HasSuffix(lines.Text(), "q quit") {
			w.shown <- text.String()
			text.Reset()
		}
	}
}

func (w *watcher) next() (string, error) {
	select {
	case text, ok := <-w.shown:
		if !ok {
			return "", errors.New("kata watch ended")
		}
		return text, nil
	case <-w.site.lab.Done():
		return "", context.Cause(w.site.lab)
	case <-time.After(patience):
		return "", fmt.Errorf("kata watch showed nothing within %s", patience)
	}
}

func (w *watcher) close() error {
	_, _ = io.WriteString(w.stdin, "q")
	_ = w.stdin.Close()
	return w.cmd.Wait()
}

// saved is a contender that saves an edit and waits for the verdict, which must
// contain a text.
func (w *watcher) saved(save func() error, must string) contender {
	return contender{do: func() (float64, error) {
		begun := time.Now()
		if err := save(); err != nil {
			return 0, err
		}
		text, err := w.next()
		if took := time.Since(begun).Seconds(); err != nil || strings.Contains(text, must) {
			return took, err
		}
		return 0, fmt.Errorf("kata watch: its verdict lacks %q\n%s", must, text)
	}}
}

// idleTime is how long an idle watch is observed.
const idleTime = 3 * time.Second

// measureIdle finds the processor time of a watch that has nothing to do.
func measureIdle(l *lab) ([]row, error) {
	w, err := l.model.watch(l.model.exercises[0])
	if err != nil {
		return nil, err
	}
	idle := contender{do: func() (float64, error) {
		before := ticks(w.cmd.Process.Pid)
		time.Sleep(idleTime)
		return float64(ticks(w.cmd.Process.Pid)-before) / ticksPerSecond, nil
	}}
	found, err := alternate(l, 1, min(l.options.rounds, 5), idle)
	if err := errors.Join(err, w.close()); err != nil {
		return nil, err
	}
	return []row{{what: fmt.Sprintf("processor time of an idle kata watch in %s", idleTime), unit: inSeconds, a: found[0]}}, nil
}

// ticksPerSecond is Linux's USER_HZ (proc(5)).
const ticksPerSecond = 100

// ticks is the processor time of a living process, 0 when it cannot be told
// (proc(5), utime and stime of /proc/PID/stat).
func ticks(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}
