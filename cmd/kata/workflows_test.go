package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v3"
)

const repository = "../.."

// The workflows that come with kata are sound.
func TestWorkflowsAreSound(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(repository, ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d workflows, %v", len(files), err)
	}
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := linter.LintFiles(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// Every action is pinned to a commit: a tag can be moved to other code.
func TestActionsArePinned(t *testing.T) {
	for _, name := range []string{"kata.yml", "kata-class.yml"} {
		for job, steps := range steps(t, name) {
			for _, s := range steps {
				_, commit, _ := strings.Cut(s.Uses, "@")
				if s.Uses != "" && len(commit) != 40 {
					t.Errorf("%s, %s: %s is not pinned to a commit", name, job, s.Uses)
				}
			}
		}
	}
}

// step is one step of a job.
type step struct {
	Name, Uses, Run string
}

type workflow struct {
	Env  map[string]string
	Jobs map[string]struct{ Steps []step }
}

func load(t *testing.T, name string) workflow {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, ".github", "workflows", name))
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func steps(t *testing.T, name string) map[string][]step {
	t.Helper()
	found := map[string][]step{}
	for job, j := range load(t, name).Jobs {
		found[job] = j.Steps
	}
	return found
}

// The workflows for a fork do what they say, step by step, in a fresh clone,
// for somebody who is not root and has neither a home nor a terminal.
func TestForksWorkflowsRun(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("they are workflows for Linux")
	}
	clone := freshClone(t)
	t.Run("GitHub", func(t *testing.T) { testGitHub(t, clone) })
	t.Run("GitLab", func(t *testing.T) { testGitLab(t, clone) })
}

func testGitHub(t *testing.T, clone string) {
	w := load(t, "kata.yml")
	ran := 0
	for _, s := range w.Jobs["verify"].Steps {
		if s.Run != "" {
			runStep(t, clone, w.Env, s)
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("only %d steps ran", ran)
	}
	for _, file := range []string{"run.json", "junit.xml", "progress.html", "badge.svg"} {
		if info, err := os.Stat(filepath.Join(clone, ".kata", file)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not made: %v", file, err)
		}
	}
}

func testGitLab(t *testing.T, clone string) {
	data, err := os.ReadFile(filepath.Join(repository, ".gitlab-ci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var jobs map[string]struct {
		Variables   map[string]string
		Script      []string
		AfterScript []string `yaml:"after_script"`
	}
	if err := yaml.Unmarshal(data, &jobs); err != nil {
		t.Fatal(err)
	}
	job := jobs["kata"]
	for _, line := range slices.Concat(job.Script, job.AfterScript) {
		runStep(t, clone, job.Variables, step{Run: line})
	}
	if _, err := os.Stat(filepath.Join(clone, ".kata", "quality.json")); err != nil {
		t.Error(err)
	}
}

// freshClone copies what git has in its index and work tree, for anybody to
// write to.
func freshClone(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kata-clone-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exec.Command("chmod", "-R", "u+w", dir).Run(); _ = os.RemoveAll(dir) })
	script := `git ls-files -z --cached --others --exclude-standard | tar --null -T - -c --ignore-failed-read | tar -x -C "$1"`
	cmd := exec.Command("sh", "-c", script, "sh", dir)
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command("chmod", "-R", "a+rwX", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// runStep runs one step as its CI would.
func runStep(t *testing.T, clone string, env map[string]string, s step) {
	t.Helper()
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
	cmd.Dir = clone
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CI=true", "GITHUB_ACTIONS=true", "GITHUB_STEP_SUMMARY=" + filepath.Join(clone, ".kata", "summary.md"),
		"GOPROXY=" + modules(t), "GOSUMDB=off", "GOTOOLCHAIN=local", "GOFLAGS=-buildvcs=false"}
	for key, value := range env {
		value = strings.NewReplacer("${{ github.workspace }}", clone, "$CI_PROJECT_DIR", clone).Replace(value)
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	nobody(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", s.Run, err, out)
	}
}

// modules serves the modules that this machine has to a user who may not read
// them, on loopback.
func modules(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(strings.TrimSpace(string(out)), "cache", "download")
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(server.Close)
	return server.URL
}
