package run_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/run"
)

// TestAsAnOrdinaryUser runs the tests of containment as somebody who is not
// root, since kata's users are not.
func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the other tests are it")
	}
	cmd := ordinary(t, "-test.run=^TestContained|^TestProcessDies|^TestNoDescriptor|^TestService|^TestNetwork", "-test.v")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	for lines.Scan() {
		if strings.Contains(lines.Text(), "SKIP") || strings.Contains(lines.Text(), "no layer") {
			t.Log(lines.Text())
		}
	}
	if !strings.Contains(string(out), "--- PASS: TestContainedFiles") && !strings.Contains(string(out), "--- SKIP: TestContainedFiles") {
		t.Errorf("the tests did not run:\n%s", out)
	}
}

// ordinary is this test binary, copied to where everybody may go, as user
// 65534.
func ordinary(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	home := t.TempDir()
	for dir := home; dir != filepath.Dir(dir) && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "run.test")
	if err := os.WriteFile(path, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = home, []string{"TMPDIR=" + home, "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = asNobody()
	return cmd
}

// TestWithoutNamespaces is a machine that forbids them, as many containers do:
// what is left must hold, and what is missing be named.
func TestWithoutNamespaces(t *testing.T) {
	t.Parallel()
	cmd := ordinary(t, "read /etc/passwd", "read /proc/1/environ", "fork", "kill -1", "kill "+fmt.Sprint(os.Getpid()),
		"tell privileges", "listen 127.0.0.1", "call bpf", "write scratch/x", "write x", "open /dev/null")
	if err := os.Mkdir(filepath.Join(cmd.Dir, "scratch"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(cmd.Dir, "scratch"), 0o777); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, actor+"=without namespaces")
	inUserNamespace(cmd.SysProcAttr)
	out, err := cmd.CombinedOutput()
	var got struct {
		Stdout, Stderr, Error string
		Layers, Missing       []string
	}
	if err != nil || json.Unmarshal(out, &got) != nil || got.Error != "<nil>" {
		t.Skipf("no namespace to forbid namespaces in: %v %s", err, out)
	}
	if missing := "files ipc network processes user"; strings.Join(got.Missing, " ") != missing && len(got.Missing) < 5 {
		t.Errorf("missing %q, want at least %s", got.Missing, missing)
	}
	answers := map[string]string{}
	if err := json.Unmarshal([]byte(got.Stdout), &answers); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ends := map[string]string{"listen 127.0.0.1": "done", "open /dev/null": "too many open files"}
	if slices.Contains(got.Layers, run.LayerLandlock) {
		ends["read /etc/passwd"], ends["read /proc/1/environ"] = "permission denied", "permission denied"
		ends["write scratch/x"], ends["write x"] = "done", "permission denied"
	}
	if slices.Contains(got.Layers, run.LayerSyscalls) {
		ends["fork"], ends["kill -1"], ends["call bpf"] = "operation not permitted", "operation not permitted", "operation not permitted"
		ends["kill "+fmt.Sprint(os.Getpid())] = "operation not permitted"
	}
	want(t, answers, ends)
}
