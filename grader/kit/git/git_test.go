package git_test

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit/git"
)

func TestTheSameStepsGiveTheSameIDs(t *testing.T) {
	const want = "9b71b0b24521314195e341bace8ca4b667d6bb0c"
	for i := range 2 {
		r := git.New(t)
		r.Write("docs/a.txt", "tea\n")
		if got := r.Commit("first"); got != want {
			t.Errorf("repository %d: the commit is %s, want %s", i, got, want)
		}
		if got := r.Run("log", "--format=%an %ad %s", "--date=iso"); got != "Ann 2024-01-01 12:00:00 +0000 first" {
			t.Errorf("log: %q", got)
		}
	}
}

func TestAnswersAndErrors(t *testing.T) {
	r := git.New(t)
	r.Write("a", "1\n")
	first := r.Commit("one")
	r.Run("switch", "--quiet", "--create", "side")
	r.Write("a", "2\n")
	r.Commit("two")
	r.Run("switch", "--quiet", "main")
	r.Write("a", "3\n")
	if second := r.Commit("three"); second == first {
		t.Error("two commits with one ID")
	}
	_, err := r.Try("", "merge", "side")
	var exit *git.ExitError
	if !errors.As(err, &exit) || exit.Code != 1 || !strings.Contains(r.Read("a"), "<<<<<<< HEAD\n3\n=======\n2\n>>>>>>> side\n") {
		t.Errorf("merge: %v\n%s", err, r.Read("a"))
	}
	if out, err := r.Try("tea\n", "hash-object", "--stdin"); err != nil || out != fmt.Sprintf("%x\n", sha1.Sum([]byte("blob 4\x00tea\n"))) {
		t.Errorf("hash-object: %q, %v", out, err)
	}
	if !strings.HasSuffix(r.Saw(), "git merge side\ngit hash-object --stdin") {
		t.Error(r.Saw())
	}
}

// recorder keeps what is reported.
type recorder struct {
	testing.TB
	failed, logged int
}

func (r *recorder) Errorf(string, ...any) { r.failed++ }
func (r *recorder) Logf(string, ...any)   { r.logged++ }

func TestRecordedAnswersAreChecked(t *testing.T) {
	program, ok := git.Program()
	if !ok {
		t.Skip("no git here")
	}
	ask := func(r *git.Repo) string { return r.Run("rev-parse", "--is-inside-work-tree") }
	tb := &recorder{TB: t}
	if got := git.Recorded(tb, "true", ask); got != "true" || tb.failed != 0 {
		t.Errorf("got %q, %d failures", got, tb.failed)
	}
	git.Recorded(tb, "false", ask)
	t.Setenv(git.Env, program)
	if got := git.Recorded(tb, "false", ask); got != "false" || tb.failed != 1 || tb.logged != 1 {
		t.Errorf("got %q, %d failures, %d notes: want one each", got, tb.failed, tb.logged)
	}
}

func TestWithoutGitThereIsARecord(t *testing.T) {
	t.Setenv("PATH", filepath.Join(t.TempDir(), "empty"))
	t.Setenv(git.Env, "")
	if got := git.Recorded(t, "x", func(*git.Repo) string { t.Error("asked"); return "" }); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestRepositoriesAreStrangersToOneAnother(t *testing.T) {
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := git.New(t)
			r.Write("f", fmt.Sprint(i))
			r.Commit("x")
			if got := r.Run("show", "HEAD:f"); got != fmt.Sprint(i) {
				t.Errorf("read %q", got)
			}
		})
	}
}
