package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/grader/course"
)

// bed is a workspace with its own caches, and the kata that grades it.
type bed struct {
	t    *testing.T
	dir  string
	env  []string
	user uint32 // 0: whoever runs the test

	program string // a copy of kata that everybody may run
}

// newBed lays the course's exercises out below a folder that everybody may
// enter. A kata of another user has a build cache of its own.
func newBed(t *testing.T, folder string, user uint32) *bed {
	t.Helper()
	base := t.TempDir()
	for dir := base; dir != filepath.Dir(dir) && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	b := &bed{t: t, dir: filepath.Join(base, "work"), user: user}
	b.env = append(goSettings(t), "PATH="+os.Getenv("PATH"), "HOME="+base, "XDG_CACHE_HOME="+base, "TMPDIR="+filepath.Join(base, "tmp"))
	fsys := files(folder)
	if folder != "" {
		b.env = append(b.env, courseEnv+"="+folder)
	}
	b.program = filepath.Join(base, "kata")
	program, err := exec.LookPath("kata")
	if err == nil {
		err = copyProgram(program, b.program)
	}
	if err != nil {
		t.Fatal(err)
	}
	if user != 0 {
		b.env = append(b.env, "GOCACHE="+filepath.Join(base, "go-build"), "GOMODCACHE="+filepath.Join(base, "mod"), "GOFLAGS=-modcacherw")
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(base, "tmp"), 0o777), os.Chmod(filepath.Join(base, "tmp"), 0o777), layOut(b.dir, fsys), b.open()); err != nil {
		t.Fatal(err)
	}
	return b
}

func copyProgram(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// open gives the workspace to its user.
func (b *bed) open() error {
	return filepath.Walk(b.dir, func(p string, _ os.FileInfo, err error) error {
		if err != nil || b.user == 0 {
			return err
		}
		return os.Chown(p, int(b.user), int(b.user))
	})
}

func (b *bed) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	b.t.Helper()
	out := new(bytes.Buffer)
	cmd := exec.Command(b.program, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = b.dir, b.env, out, os.Stderr
	if b.user != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: b.user, Gid: b.user}}
	}
	return cmd, out
}

// verdicts grades and returns, for each exercise, how it and its behaviours
// ended; what differs between runs is left out.
func (b *bed) verdicts(names ...string) string {
	b.t.Helper()
	cmd, out := b.command(append([]string{"verify", "--fresh", "--format", "json"}, names...)...)
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
		b.t.Fatalf("kata verify: %v\n%s", err, out)
	}
	var document struct {
		Exercises []struct {
			Exercise, Status string
			Behaviours       []struct {
				Name, Status string
				Parts        []struct{ Name, Status string }
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil || len(document.Exercises) == 0 {
		b.t.Fatalf("kata verify wrote no results: %v\n%s", err, out)
	}
	var text strings.Builder
	for _, r := range document.Exercises {
		fmt.Fprintf(&text, "%s %s %v\n", r.Exercise, r.Status, r.Behaviours)
	}
	return text.String()
}

// alive lists the processes whose program or working directory lies below the
// bed's folder.
func (b *bed) alive() (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		exe, _ := os.Readlink(p + "/exe")
		cwd, _ := os.Readlink(p + "/cwd")
		if below := filepath.Dir(b.dir) + "/"; strings.HasPrefix(exe, below) || strings.HasPrefix(cwd, below) {
			found = append(found, exe+" in "+cwd)
		}
	}
	return found
}

// gone waits for the end of every process that a killed kata left: what it
// contained dies with it, and a compiler that was at work when it is done.
func (b *bed) gone() {
	b.t.Helper()
	limit := time.After(time.Minute)
	for left := b.alive(); len(left) > 0; left = b.alive() {
		select {
		case <-limit:
			b.t.Fatalf("after a minute there still run %q", left)
		case <-time.After(10 * time.Millisecond): // asked again: no event tells of another's child
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), filepath.Dir(b.dir)) {
		b.t.Fatalf("a mount was left behind: %v\n%s", err, mounts)
	}
}

// moments are how many times kata is killed.
const moments = 50

// A kata that is killed at whatever moment leaves nothing that stops the next
// one: no process, no mount, no lock, no half-written file that is believed.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	b := newBed(t, "", 0)
	names := []string{"redis/ratelimit", "rest/crud"} // one with a service, one without
	b.solve(names...)
	want := b.verdicts(names...)
	if strings.Count(want, " pass ") < len(names) {
		t.Fatalf("the references do not pass: %s", want)
	}
	began := time.Now()
	if got := b.verdicts(names...); got != want {
		t.Fatalf("two runs differ:\n%s\n%s", want, got)
	}
	whole := time.Since(began)
	for i := range moments {
		// Every other time the learner's file changes, so that there is building, too.
		b.touch("exercises/rest/crud/orders.go", i/2)
		cmd, _ := b.command(append([]string{"verify", "--fresh"}, names...)...)
		cmd.Stderr = nil
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-time.After(rand.N(whole)) // waits for nothing: kills at another point each time
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		b.gone()
		if i%10 == 9 {
			if got := b.verdicts(names...); got != want {
				t.Fatalf("after %d kills the verdicts are others:\n%s\nbefore:\n%s", i+1, got, want)
			}
		}
	}
}

// solve puts the reference in the place of the learner's files: its verdict is
// the same in every run.
func (b *bed) solve(names ...string) {
	b.t.Helper()
	c, err := course.Load(kata.Files)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, name := range names {
		e, err := c.Find(name)
		if err != nil {
			b.t.Fatal(err)
		}
		solution, err := e.Solution()
		if err := errors.Join(err, write(filepath.Join(b.dir, filepath.FromSlash(e.Dir())), solution)); err != nil {
			b.t.Fatal(err)
		}
	}
}

// touch appends a remark to a learner's file.
func (b *bed) touch(name string, n int) {
	b.t.Helper()
	file, err := os.OpenFile(filepath.Join(b.dir, name), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = fmt.Fprintf(file, "// %d\n", n)
	if err := errors.Join(err, file.Close()); err != nil {
		b.t.Fatal(err)
	}
}

// Root and an ordinary user get the same verdicts on the same course.
func TestVerdictsDependOnNoUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else, too")
	}
	if testing.Short() {
		t.Skip("compiles the standard library for the other user")
	}
	folder, err := filepath.Abs(filepath.Join("testdata", "course"))
	if err != nil {
		t.Fatal(err)
	}
	root := newBed(t, folder, 0).verdicts("--all")
	if other := newBed(t, folder, 65534).verdicts("--all"); other != root {
		t.Errorf("user 65534 gets\n%s\nroot gets\n%s", other, root)
	}
}
