package main

import (
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/grader/run"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the goldens of the scripts")

// courseEnv makes kata teach the course in a folder instead of the embedded
// one: the scripts' own, small and quick to build, so that content can change
// without them.
const courseEnv = "KATA_TEST_COURSE"

func TestMain(m *testing.M) {
	run.Init()
	testscript.Main(m, map[string]func(){"kata": kataMain})
}

// kataMain is main with a course to choose.
func kataMain() { os.Exit(start(files(os.Getenv(courseEnv)))) }

// files are the embedded ones, with the solutions of another course if dir is
// given.
func files(dir string) fs.FS {
	if dir == "" {
		return kata.Files
	}
	return otherCourse{kata.Files, os.DirFS(dir)}
}

type otherCourse struct{ engine, course fs.FS }

// Open implements fs.FS.
func (o otherCourse) Open(name string) (fs.File, error) {
	if name == "solutions" || strings.HasPrefix(name, "solutions/") {
		return o.course.Open(name)
	}
	return o.engine.Open(name)
}

// TestScripts runs testdata/*.txtar, each against the real command line in
// processes of its own.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(scripts) < 20 {
		t.Fatalf("%d scripts found (%v), far fewer than there are commands", len(scripts), err)
	}
	setup := environment(t)
	testscript.Run(t, testscript.Params{
		Files: scripts, Setup: setup, Cmds: commands, Condition: condition,
		UpdateScripts: *update, RequireUniqueNames: true,
	})
}

// environment returns what prepares a script: caches of its own for kata, the
// user's for the go command.
func environment(t *testing.T) func(*testscript.Env) error {
	t.Helper()
	settings := goSettings(t)
	course, err := filepath.Abs(filepath.Join("testdata", "course"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("kata")
	if err != nil {
		t.Fatal(err)
	}
	return func(env *testscript.Env) error {
		env.Vars = append(env.Vars, settings...)
		env.Setenv("HOME", filepath.Join(env.WorkDir, ".home"))
		env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
		env.Setenv(courseEnv, course)
		env.Setenv("KATA", program)
		env.Values[conversationKey] = new(*conversation)
		return nil
	}
}

// goSettings are the outer go command's caches and module sources.
func goSettings(t *testing.T) []string {
	t.Helper()
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOFLAGS"}
	out, err := exec.Command("go", append([]string{"env", "-json"}, names...)...).Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	var values map[string]string
	if err := json.Unmarshal(out, &values); err != nil {
		t.Fatal(err)
	}
	var env []string
	for _, name := range names {
		if values[name] != "" {
			env = append(env, name+"="+values[name])
		}
	}
	return env
}

// condition knows, beside testscript's own: root, mounts (a private mount
// namespace can be made).
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "mounts":
		return exec.Command("unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/tmp").Run() == nil, nil
	}
	return false, nil
}
