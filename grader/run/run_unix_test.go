//go:build unix

package run_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

func TestWallLimitTellsWhichLineRan(t *testing.T) {
	t.Parallel()
	c := play(t, "spin")
	c.Wall = 200 * time.Millisecond
	out := mustRun(t, c)
	if !out.TimedOut || out.Flooded {
		t.Errorf("timed out %v, flooded %v", out.TimedOut, out.Flooded)
	}
	if !bytes.Contains(out.Stderr, []byte("spinHere")) || !bytes.Contains(out.Stderr, []byte("actors_test.go:")) {
		t.Errorf("the dump does not name the running line:\n%s", out.Stderr)
	}
	if out.Elapsed < c.Wall || out.Elapsed > 5*time.Second {
		t.Errorf("elapsed %v with a limit of %v", out.Elapsed, c.Wall)
	}
}

func TestWallLimitHoldsAgainstIgnoredSignals(t *testing.T) {
	t.Parallel()
	c := play(t, "stubborn")
	c.Wall = 300 * time.Millisecond
	out := mustRun(t, c)
	if !out.TimedOut || out.Signal != "SIGKILL" || out.ExitCode != -1 {
		t.Errorf("timed out %v, signal %q, code %d", out.TimedOut, out.Signal, out.ExitCode)
	}
}

func TestChildrenDieWithTheProcess(t *testing.T) {
	t.Parallel()
	out := mustRun(t, play(t, "child"))
	pid := number(string(out.Stdout))
	if out.ExitCode != 0 || !gone(pid) {
		t.Errorf("code %d, child %d lives on", out.ExitCode, pid)
	}
	if out.Elapsed > 5*time.Second {
		t.Errorf("elapsed %v", out.Elapsed)
	}
}

func TestDaemonThatHoldsThePipesDoesNotHangUs(t *testing.T) {
	t.Parallel()
	c := play(t, "daemon")
	c.Plan = []byte("p")
	begin := time.Now()
	out := mustRun(t, c)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	// Without containment a process that leaves the session gets away.
	if err := syscall.Kill(number(string(out.Stdout)), syscall.SIGKILL); err != nil {
		t.Errorf("end the daemon: %v", err)
	}
}

// gone waits until the kernel has nothing of the process but, at most, what
// its parent has not yet asked for.
func gone(pid int) bool {
	for range 500 {
		if syscall.Kill(pid, 0) != nil || zombie(pid) {
			return true
		}
		time.Sleep(10 * time.Millisecond) // dying is the kernel's, it signals nobody
	}
	return false
}

func zombie(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

func TestCancelKillsAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := play(t, "stubborn")
	c.Stdout = writer(func(p []byte) { cancel() })
	begin := time.Now()
	_, err := run.New().Run(ctx, c)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if _, err := run.New().Run(ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("started with a context that had ended: %v", err)
	}
}

func TestPlanThatNobodyReads(t *testing.T) {
	t.Parallel()
	c := play(t, "close all")
	c.Plan = bytes.Repeat([]byte("p"), 1<<16-32)
	out := mustRun(t, c)
	if out.ExitCode != 5 || string(out.Stderr) != "still here" || len(out.Report) != 0 {
		t.Errorf("code %d, stderr %q, report %q", out.ExitCode, out.Stderr, out.Report)
	}
}
