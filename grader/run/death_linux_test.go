package run_test

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

func TestContainedDaemonDies(t *testing.T) {
	t.Parallel()
	r := run.New()
	token := rand.Text()
	c := confined(t, r, []string{run.LayerProcesses}, "daemon", token)
	c.Confine.Processes = 4
	out, err := r.Run(t.Context(), c)
	if err != nil || out.ExitCode != 0 || out.Elapsed > 5*time.Second {
		t.Fatalf("%v: %+v", err, out)
	}
	waitGone(t, token, "a daemon")
}

// TestProcessDiesWithKata kills the runner with a signal that it cannot answer.
func TestProcessDiesWithKata(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"plain", "confined", "network"} {
		token := rand.Text()
		cmd := exec.Command(os.Args[0], token, how)
		cmd.Env = []string{actor + "=runner"}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for n := 0; !found(token, actor+"=sleep") && n < 1000; n++ {
			time.Sleep(5 * time.Millisecond) // it has no way to tell us
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		waitGone(t, token, how)
	}
}

// waitGone waits until no process has the token among its arguments.
func waitGone(t *testing.T, token, what string) {
	t.Helper()
	for range 500 {
		if !found(token, "") {
			return
		}
		time.Sleep(10 * time.Millisecond) // the kernel tells nobody
	}
	t.Errorf("%s: a process with %s lives on", what, token)
}

// found looks for a process by its arguments and environment.
func found(token, variable string) bool {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, line := range lines {
		args, _ := os.ReadFile(line)
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(line), "environ"))
		if strings.Contains(string(args), token) && strings.Contains(string(env), variable) {
			return true
		}
	}
	return false
}
