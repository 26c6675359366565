package run_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// play is the command that runs one of the actors.
func play(t testing.TB, name string, args ...string) run.Command {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return run.Command{Path: path, Args: args, Dir: t.TempDir(), Env: []string{actor + "=" + name}, Wall: time.Minute}
}

func mustRun(t testing.TB, c run.Command) run.Outcome {
	t.Helper()
	out, err := run.New().Run(t.Context(), c)
	if err != nil {
		t.Fatalf("run: %v (outcome %+v)", err, out)
	}
	return out
}

func TestOutputAndCodeAreHandedBack(t *testing.T) {
	t.Parallel()
	out := mustRun(t, play(t, "say", "good", "morning"))
	if got := string(out.Stdout); got != "good morning\n" {
		t.Errorf("stdout %q", got)
	}
	if got := string(out.Stderr); got != "and an aside\n" {
		t.Errorf("stderr %q", got)
	}
	if out.ExitCode != 0 || out.Signal != "" || out.TimedOut || out.Flooded || out.Elapsed <= 0 || out.PeakMemory <= 0 {
		t.Errorf("outcome %+v", out)
	}
	if out := mustRun(t, play(t, "exit", "42")); out.ExitCode != 42 {
		t.Errorf("exit code %d, want 42", out.ExitCode)
	}
	if out := mustRun(t, play(t, "panic")); out.ExitCode != 2 || !bytes.Contains(out.Stderr, []byte("panic: out of tea")) {
		t.Errorf("panic: code %d, stderr %q", out.ExitCode, out.Stderr)
	}
}

func TestOutputGoesWhereItIsWanted(t *testing.T) {
	t.Parallel()
	c := play(t, "say", "tea")
	var stdout, stderr strings.Builder
	c.Stdout, c.Stderr = &stdout, &stderr
	out := mustRun(t, c)
	if stdout.String() != "tea\n" || stderr.String() != "and an aside\n" || out.Stdout != nil || out.Stderr != nil {
		t.Errorf("stdout %q, stderr %q, outcome %+v", &stdout, &stderr, out)
	}
}

func TestInputIsGiven(t *testing.T) {
	t.Parallel()
	c := play(t, "echo")
	text := strings.Repeat("leaves\n", 1<<16)
	c.Stdin = strings.NewReader(text)
	if out := mustRun(t, c); string(out.Stdout) != text {
		t.Errorf("%d bytes came back, want %d", len(out.Stdout), len(text))
	}
	c.Stdin = nil
	if out := mustRun(t, c); len(out.Stdout) != 0 {
		t.Errorf("an empty input gave %q", out.Stdout)
	}
}

func TestInputThatNobodyReadsDoesNotHang(t *testing.T) {
	t.Parallel()
	c := play(t, "exit", "3")
	endless, feed := io.Pipe() // never written, never closed
	defer feed.Close()
	c.Stdin = endless
	if out := mustRun(t, c); out.ExitCode != 3 {
		t.Errorf("exit code %d, want 3", out.ExitCode)
	}
}

func TestEnvironmentIsExactlyTheCommands(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "secret")
	c := play(t, "environment")
	c.Env = append(c.Env, "TEA=green")
	out := mustRun(t, c)
	var got []string
	for _, pair := range strings.Split(string(out.Stdout), "\n") {
		if !strings.HasPrefix(pair, "SYSTEMROOT=") { // Windows cannot do without
			got = append(got, pair)
		}
	}
	if want := actor + "=environment TEA=green"; strings.Join(got, " ") != want {
		t.Errorf("environment %q, want %q", got, want)
	}
	c.Env = nil
	c.Args = []string{"-test.run=^$"}
	if out := mustRun(t, c); out.ExitCode != 0 {
		t.Errorf("an empty environment: %+v", out)
	}
}

func TestWorkingDirectory(t *testing.T) {
	t.Parallel()
	c := play(t, "folder")
	want, err := filepath.EvalSymlinks(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, c); !strings.Contains(string(out.Stdout), want) {
		t.Errorf("folder %q, want %q", out.Stdout, want)
	}
}

func TestWhatCannotStartIsAnError(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*run.Command){
		"no such program": func(c *run.Command) { c.Path += "-gone" },
		"no such folder":  func(c *run.Command) { c.Dir += "-gone" },
		"too long a plan": func(c *run.Command) { c.Plan = make([]byte, 1<<16) },
	} {
		c := play(t, "say")
		change(&c)
		if out, err := run.New().Run(t.Context(), c); err == nil {
			t.Errorf("%s: no error, outcome %+v", name, out)
		}
	}
}

func TestFloodIsStoppedAndItsBeginningKept(t *testing.T) {
	t.Parallel()
	for _, stream := range []string{"stdout", "stderr"} {
		c := play(t, "pour", stream, "100000000", "and stay")
		out := mustRun(t, c)
		if !out.Flooded || out.TimedOut {
			t.Errorf("%s: %v flooded, %v timed out", stream, out.Flooded, out.TimedOut)
		}
		if n := len(out.Stdout) + len(out.Stderr); n != 1<<20 {
			t.Errorf("%s: %d bytes kept, want 1 MiB", stream, n)
		}
	}
	c := play(t, "pour", "stdout", "1000")
	c.OutputCap = 1000
	if out := mustRun(t, c); out.Flooded || len(out.Stdout) != 1000 {
		t.Errorf("just the cap: flooded %v, %d bytes", out.Flooded, len(out.Stdout))
	}
}

func TestToolLooksUpItsOwnPath(t *testing.T) {
	t.Parallel()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command in PATH")
	}
	env := []string{"PATH=" + filepath.Dir(goTool), "GOTOOLCHAIN=local", "HOME=" + t.TempDir(), "GOFLAGS=-mod=mod"}
	out, err := run.New().Tool(t.Context(), run.Command{Path: "go", Args: []string{"env", "GOFLAGS"}, Env: env})
	if err != nil || out.ExitCode != 0 || strings.TrimSpace(string(out.Stdout)) != "-mod=mod" {
		t.Errorf("go env GOFLAGS: %q, %v", out.Stdout, err)
	}
	if _, err := run.New().Tool(t.Context(), run.Command{Path: "go", Env: []string{"PATH=."}}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("a PATH without go: %v, want exec.ErrNotFound", err)
	}
}

// writer is a function as an io.Writer.
type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }
