package grader_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/kata-go/kata"
	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
	"github.com/kata-go/kata/grader/verdict"
)

func TestMain(m *testing.M) {
	run.Init()
	os.Exit(m.Run())
}

// demo is the course of testdata and its one exercise.
func demo(t *testing.T) *course.Exercise {
	t.Helper()
	c, err := course.LoadTrees(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find("demo/sum")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newGrader grades a workspace with caches of its own; the go command's cache
// is the user's.
func newGrader(t *testing.T, workspace string) *grader.Grader {
	t.Helper()
	var assets fs.FS = kata.Files
	return &grader.Grader{
		Workspace: workspace, CacheDir: t.TempDir(), Assets: assets, Environ: os.Environ(),
		Version: "test", MinimumGo: "1.26", Runner: run.New(), Jobs: runtime.NumCPU(),
	}
}

// workspace lays files out as exercises/demo/sum and the starter where files
// says nothing.
func workspace(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "exercises", "demo", "sum")
	if err := os.CopyFS(dir, os.DirFS("testdata/course/exercises/demo/sum")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func grade(t *testing.T, files map[string]string) verdict.Result {
	t.Helper()
	return gradeIn(t, newGrader(t, workspace(t, files)), grader.Options{Seed: 7})
}

func gradeIn(t *testing.T, g *grader.Grader, o grader.Options) verdict.Result {
	t.Helper()
	results, err := g.Grade(t.Context(), []*course.Exercise{demo(t)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

const right = "package sum\n\nfunc Of(numbers ...int) (total int) {\n\tfor _, n := range numbers {\n\t\ttotal += n\n\t}\n\treturn total\n}\n"

func TestStarterFailsWithItsReasons(t *testing.T) {
	r := grade(t, nil)
	if r.Status != verdict.Fail {
		t.Fatalf("got %+v, want a fail", r)
	}
	if got := statuses(r); got != "fail fail" {
		t.Errorf("behaviours: got %s, want both failing", got)
	}
	first := r.First()
	if first == nil || first.Failure == nil || !strings.HasPrefix(first.Failure.Sent, "Of([") || first.Failure.At == "" {
		t.Errorf("first failure: got %+v, want what was sent and the learner's line", first)
	}
	if last := r.Behaviours[1].Failure; last == nil || !strings.Contains(last.Got, "index out of range") || !strings.HasPrefix(last.At, "sum.go:6") {
		t.Errorf("a panic of the behaviour: got %+v, want its message and line", last)
	}
}

func TestRightAnswerPasses(t *testing.T) {
	if r := grade(t, map[string]string{"sum.go": right}); r.Status != verdict.Pass {
		t.Fatalf("got %+v, want a pass", r)
	}
}

func statuses(r verdict.Result) string {
	var s []string
	for _, b := range r.Behaviours {
		s = append(s, string(b.Status))
	}
	return strings.Join(s, " ")
}

var _ = context.Background
var _ = bench.Module
