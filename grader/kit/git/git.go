// Package git gives hidden tests repositories of the real git program, or the
// answers that it once gave where there is none.
//
// It owns what makes git answer the same everywhere: no configuration but its
// own, fixed names, and a clock that goes on by a minute with every commit. The
// grader names the program in KATA_GIT and lets the test process start it; a
// plain `go test` takes the one on PATH. It knows no exercise.
package git

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
)

// Env names the environment variable that carries the program's path.
const Env = "KATA_GIT"

// Program returns git's path; ok is false where there is none.
func Program() (path string, ok bool) {
	if path := os.Getenv(Env); path != "" {
		return path, true
	}
	path, err := exec.LookPath("git")
	return path, err == nil
}

// Repo is one test's repository. Its methods may be called from any goroutine
// while the test runs, one at a time where git itself demands it.
type Repo struct {
	t       testing.TB
	program string
	dir     string
	home    string
	mu      sync.Mutex
	now     time.Time
	said    []string
}

// epoch is when the first commit of every repository is made.
var epoch = time.Date(2024, time.January, 1, 12, 0, 0, 0, time.UTC)

// New returns an empty repository on branch main that ends with the test. Where
// there is no git the behaviour is skipped with the reason.
func New(t testing.TB) *Repo {
	t.Helper()
	program, ok := Program()
	if !ok {
		kit.Skip(t, "needs the git program", "install git: https://git-scm.com/downloads")
	}
	home := t.TempDir()
	r := &Repo{t: t, program: program, dir: filepath.Join(home, "repo"), home: home, now: epoch}
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.Run("init", "--quiet", "--template=", "--initial-branch=main")
	r.said = nil
	return r
}

// Dir returns the working tree's folder.
func (r *Repo) Dir() string { return r.dir }

// env is git's whole environment.
func (r *Repo) env() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	date := r.now.Format(time.RFC3339)
	env := []string{
		"HOME=" + r.home, "TMPDIR=" + r.home, "LC_ALL=C", "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0", "GIT_PAGER=cat", "GIT_EDITOR=:", "GIT_CEILING_DIRECTORIES=" + r.home,
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com", "GIT_COMMITTER_DATE=" + date,
	}
	for _, name := range []string{"SYSTEMROOT", "TEMP"} { // Windows starts nothing without
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// ExitError says that git ended with another code than 0.
type ExitError struct {
	Code   int
	Stderr string
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("git ended with %d: %s", e.Code, strings.TrimSpace(e.Stderr))
}

// Try runs git in the working tree with stdin and returns what it printed, as it
// is. The error is an *ExitError when git ran and was not content.
func (r *Repo) Try(stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(r.t.Context(), r.program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.dir, r.env(), strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, "git "+strings.Join(args, " "))
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return stdout.String(), &ExitError{exit.ExitCode(), stderr.String()}
	}
	return stdout.String(), err
}

// Run is Try without input that must succeed; what git printed comes without the
// last line's end.
func (r *Repo) Run(args ...string) string {
	r.t.Helper()
	out, err := r.Try("", args...)
	if err != nil {
		r.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSuffix(out, "\n")
}

// Write makes a file in the working tree, and the folders above it.
func (r *Repo) Write(name, content string) {
	r.t.Helper()
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// Read returns a file of the working tree.
func (r *Repo) Read(name string) string {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// Commit records everything in the working tree, a minute after the commit
// before, and returns the commit's ID. The same steps give the same IDs on every
// machine.
func (r *Repo) Commit(message string) string {
	r.t.Helper()
	r.Run("add", "--all")
	r.Run("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
	r.mu.Lock()
	r.now = r.now.Add(time.Minute)
	r.mu.Unlock()
	return r.Run("rev-parse", "HEAD")
}

// Saw tells the commands that were run, for a failure's note, the last eight.
func (r *Repo) Saw() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.said[max(0, len(r.said)-8):], "\n")
}

// Recorded returns answer, which git once gave to ask. Where there is a git it
// is asked again: a difference fails a plain `go test`, which is the author's,
// and is only noted under the grader, since a learner's git may be of another
// age.
func Recorded(t testing.TB, answer string, ask func(r *Repo) string) string {
	t.Helper()
	if _, ok := Program(); !ok {
		return answer
	}
	if now := ask(New(t)); now != answer {
		report := t.Errorf
		if os.Getenv(Env) != "" {
			report = t.Logf
		}
		report("git answers\n%s\nand what was recorded is\n%s", now, answer)
	}
	return answer
}
