package run_test

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/run"
)

// confined is the command of an actor under containment; it is skipped where
// one of the layers that the test is about cannot be had.
func confined(t testing.TB, r *run.Runner, layers []string, name string, args ...string) run.Command {
	t.Helper()
	for _, layer := range r.Containment(t.Context()) {
		if !layer.Held && slices.Contains(layers, layer.Name) {
			t.Skipf("this machine has no layer %s: %s", layer.Name, layer.Why)
		}
	}
	c := play(t, name, args...)
	c.Confine = &run.Confine{Scratch: filepath.Join(t.TempDir(), "scratch")}
	if err := os.Mkdir(c.Confine.Scratch, 0o777); err != nil {
		t.Fatal(err)
	}
	return c
}

// tries runs the deeds under containment and returns the answers.
func tries(t testing.TB, r *run.Runner, c run.Command) map[string]string {
	t.Helper()
	out, err := r.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	if err := json.Unmarshal(out.Stdout, &answers); err != nil {
		t.Fatalf("%v: stdout %q, stderr %q", err, out.Stdout, out.Stderr)
	}
	return answers
}

// want compares the end of each answer.
func want(t *testing.T, answers, ends map[string]string) {
	t.Helper()
	for deed, end := range ends {
		if got, ok := answers[deed]; !ok || !strings.HasSuffix(got, end) {
			t.Errorf("%s: %q, want … %q", deed, got, end)
		}
	}
}

func TestContainedFiles(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, []string{run.LayerFiles}, "try")
	shelf := t.TempDir()
	if err := os.Chmod(shelf, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "given.txt"), []byte("tea"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.Confine.Write, c.Confine.Disk = []string{shelf}, 8<<20
	ends := map[string]string{
		"read /etc/passwd":                  "no such file or directory",
		"read /etc/shadow":                  "no such file or directory",
		"read /proc/1/environ":              "no such file or directory",
		"read /proc/self/environ":           "no such file or directory",
		"read /root/.bashrc":                "no such file or directory",
		"read /sys/kernel/notes":            "no such file or directory",
		"read given.txt":                    "done",
		"read /dev/zero/x":                  "not a directory",
		"write /dev/null":                   "done",
		"write given.txt":                   "read-only file system",
		"write /x":                          "read-only file system",
		"write " + c.Path:                   "read-only file system",
		"write " + c.Confine.Scratch + "/x": "done",
		"write " + shelf + "/kept":          "done",
		"list /dev":                         "permission denied\n[]",
		"list /etc":                         "permission denied\n[]",
		"tell self":                         c.Path + " <nil>",
		"tell folder":                       c.Dir + " <nil>",
	}
	for deed := range ends {
		c.Args = append(c.Args, deed)
	}
	full := c.Confine.Scratch + "/z"
	ends["write "+full] = "no space left on device"
	c.Args = append(c.Args, "fill "+c.Confine.Scratch+"/y", "write "+full)
	want(t, tries(t, r, c), ends)
	if entries, err := os.ReadDir(c.Confine.Scratch); err != nil || len(entries) != 0 {
		t.Errorf("the scratch folder on the host has %v, %v", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(shelf, "kept")); err != nil || string(got) != "tea" {
		t.Errorf("the writable folder has %q, %v", got, err)
	}
}

func TestContainedNetwork(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, []string{run.LayerNetwork, run.LayerFiles}, "try")
	host, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	c.Args = []string{"dial " + host.Addr().String(), "dial 192.0.2.1:80", "send 192.0.2.1:53", "dial name.invalid:80",
		"listen 127.0.0.1", "listen localhost", "tell interfaces"}
	want(t, tries(t, r, c), map[string]string{
		"dial " + host.Addr().String(): "connection refused", "dial 192.0.2.1:80": "network is unreachable",
		"send 192.0.2.1:53": "network is unreachable", "dial name.invalid:80": "connection refused",
		"listen 127.0.0.1": "done", "listen localhost": "done", "tell interfaces": "1 <nil>",
	})
	c.Confine.HostNetwork = true
	want(t, tries(t, r, c), map[string]string{"dial " + host.Addr().String(): "done"})
	out, err := r.Run(t.Context(), c)
	if err != nil || slices.Contains(out.Layers, run.LayerNetwork) || slices.Contains(out.Missing, run.LayerNetwork) {
		t.Errorf("with the host's network: %v, layers %q, missing %q", err, out.Layers, out.Missing)
	}
}

func TestContainedPrivileges(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, []string{run.LayerPrivileges, run.LayerSyscalls, run.LayerProcesses, run.LayerUser}, "try")
	ends := map[string]string{
		"tell privileges": "0 1 <nil>", "tell process": "1", "tell descriptors": "[]",
		"tell environment": actor + "=try", "kill 1": "done", "kill -1": "operation not permitted",
		"fork": "operation not permitted", "call unshare": "operation not permitted", "call mount": "operation not permitted",
		"call bpf": "operation not permitted", "call ptrace": "operation not permitted", "call clone3": "function not implemented",
		"call memfd": "operation not permitted", "call shared": "operation not permitted",
		"call io_uring": "operation not permitted", "call keyctl": "operation not permitted",
	}
	if os.Geteuid() == 0 {
		ends["tell user"] = "65534 65534"
	}
	for deed := range ends {
		c.Args = append(c.Args, deed)
	}
	want(t, tries(t, r, c), ends)
}

func TestRootsOwnFilesKeepTheUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root changes its user")
	}
	r := run.New()
	c := confined(t, r, []string{run.LayerUser}, "try", "read given.txt", "tell privileges")
	if err := os.WriteFile(filepath.Join(c.Dir, "given.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	want(t, tries(t, r, c), map[string]string{"read given.txt": "done", "tell privileges": "0 1 <nil>"})
	if out, err := r.Run(t.Context(), c); err != nil || !slices.Contains(out.Missing, run.LayerUser) {
		t.Errorf("missing %q, %v; want the user named", out.Missing, err)
	}
}

func TestContainedLimits(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, []string{run.LayerLimits}, "try", "open /dev/null")
	c.Confine.Files = 100
	want(t, tries(t, r, c), map[string]string{"open /dev/null": "too many open files"})

	c = confined(t, r, []string{run.LayerLimits}, "hog")
	c.Confine.Memory = 256 << 20
	out, err := r.Run(t.Context(), c)
	if err != nil || out.ExitCode != 2 || !strings.Contains(string(out.Stderr), "memory") || out.PeakMemory > 300<<20 {
		t.Errorf("memory: %v, code %d, signal %q, peak %d MiB, stderr %.200q", err, out.ExitCode, out.Signal, out.PeakMemory>>20, out.Stderr)
	}

	c = confined(t, r, []string{run.LayerLimits}, "spin")
	c.Confine.CPU = time.Second
	if out, err = r.Run(t.Context(), c); err != nil || out.Signal != "SIGKILL" || out.TimedOut {
		t.Errorf("processor time: %v, code %d, signal %q, timed out %v", err, out.ExitCode, out.Signal, out.TimedOut)
	}
}

func TestContainedForkBombIsBounded(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, []string{run.LayerLimits, run.LayerProcesses, run.LayerUser}, "bomb")
	c.Confine.Processes = 4
	out, err := r.Run(t.Context(), c)
	if err != nil || out.ExitCode != 0 {
		t.Fatalf("%v: %+v, stderr %s", err, out, out.Stderr)
	}
	if n := number(string(out.Stdout)); n < 4 || n > 500 {
		t.Errorf("%d processes could be started, want a few hundred at most", n)
	}
}

func TestContainedRunsAreOtherwiseTheSame(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, nil, "seal", "1048576")
	c.Plan = []byte("rest/crud\n4211\n")
	out, err := r.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	checkReport(t, out, c.Plan, 1<<20)
	if n := len(out.Layers) + len(out.Missing); n != len(run.AllLayers()) {
		t.Errorf("%d layers held %q and missing %q, want all %d", n, out.Layers, out.Missing, len(run.AllLayers()))
	}

	c = confined(t, r, nil, "spin")
	c.Wall = 200 * time.Millisecond
	if out, err = r.Run(t.Context(), c); err != nil || !out.TimedOut || !strings.Contains(string(out.Stderr), "spinHere") {
		t.Errorf("timeout: %v, %v, stderr %s", err, out.TimedOut, out.Stderr)
	}
	c = confined(t, r, nil, "stubborn")
	c.Wall = 200 * time.Millisecond
	if out, err = r.Run(t.Context(), c); err != nil || !out.TimedOut || out.Signal != "SIGKILL" {
		t.Errorf("ignored signals: %v, %v, signal %q", err, out.TimedOut, out.Signal)
	}
	c = confined(t, r, nil, "exit", "42")
	if out, err = r.Run(t.Context(), c); err != nil || out.ExitCode != 42 {
		t.Errorf("exit code %d, %v", out.ExitCode, err)
	}
	c.Path += "-gone"
	if out, err = r.Run(t.Context(), c); err == nil {
		t.Errorf("a program that is not there: %+v", out)
	}
}

func TestContainedService(t *testing.T) {
	t.Parallel()
	r := run.New()
	c := confined(t, r, nil, "serve")
	p, err := r.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if out := p.Stop(); !strings.HasPrefix(p.Ready(), "127.0.0.1:") || out.ExitCode != 4 {
		t.Errorf("ready %q, outcome %+v", p.Ready(), out)
	}
}

// BenchmarkPlain and BenchmarkContained differ by the cost of containment.
func BenchmarkPlain(b *testing.B)     { benchmark(b, nil) }
func BenchmarkContained(b *testing.B) { benchmark(b, &run.Confine{}) }

func benchmark(b *testing.B, confine *run.Confine) {
	r := run.New()
	c := play(b, "exit", "0")
	if c.Confine = confine; confine != nil {
		confine.Scratch = b.TempDir()
		r.Containment(b.Context())
	}
	for b.Loop() {
		if out, err := r.Run(b.Context(), c); err != nil || out.ExitCode != 0 {
			b.Fatal(out.ExitCode, err)
		}
	}
}
