package grader_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// bareMachine is a grader on a machine with Go, git and nothing else: no server
// program, no engine, no module proxy.
func bareMachine(t *testing.T, root string) *grader.Grader {
	t.Helper()
	g := newGrader(t, root)
	tools := t.TempDir()
	for _, name := range []string{"go", "git"} {
		at, err := exec.LookPath(name)
		if err == nil {
			at, err = filepath.EvalSymlinks(at)
		}
		if err != nil {
			t.Skipf("needs %s: %v", name, err)
		}
		if err := os.Symlink(at, filepath.Join(tools, name)); err != nil {
			t.Skipf("needs symbolic links: %v", err)
		}
	}
	g.Environ = slices.DeleteFunc(g.Environ, func(e string) bool { return strings.HasPrefix(e, "KATA_") })
	g.Environ = append(g.Environ, "PATH="+tools, "DOCKER_HOST=unix:///nowhere/docker.sock", "GOPROXY=off", "HTTP_PROXY=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1")
	c := g.ServiceConfig()
	c.Places = map[string][]string{"postgres": {"/nowhere"}} // where packages put it, beside PATH
	c.SystemDir = filepath.Join(t.TempDir(), "nothing")
	g.Servers = services.New(c)
	t.Cleanup(g.Servers.Close)
	return g
}

// fetchModules does what `kata doctor --prefetch` does, while there is a proxy.
func fetchModules(t *testing.T) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", "./...")
	list.Dir = ".."
	if out, err := list.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", list, err, out)
	}
}

// Nothing needs to be installed: every service but PostgreSQL answers.
func TestBareMachine(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every server program")
	}
	if runtime.GOOS == "windows" {
		t.Skip("programs there need more than their own file")
	}
	fetchModules(t)
	c, err := course.LoadTrees(os.DirFS("testdata/smoke"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Match("smoke")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, e := range all {
		copyAnswer(t, path.Join("testdata/smoke/solutions", e.ID()), filepath.Join(root, "exercises", e.ID()))
	}
	results, err := bareMachine(t, root).Grade(t.Context(), all, grader.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Exercise == "smoke/postgres" {
			if want := "needs a PostgreSQL server: kata doctor --install postgres"; r.Status != verdict.Skip || r.Reason != want {
				t.Errorf("%s: %s, %q; want skip, %q", r.Exercise, r.Status, r.Reason, want)
			}
		} else if r.Status != verdict.Pass {
			t.Errorf("%s: %s, %q\n%+v", r.Exercise, r.Status, r.Reason, r.First())
		}
	}
	if want := len(services.Names()) - 1; len(results) != want { // an engine is no server
		t.Errorf("%d smoke exercises for %d services", len(results), want)
	}
}
