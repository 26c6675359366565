package grader_test

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// Each service is reached from a contained test process: the starter fails, the
// solution passes.
func TestEveryServiceServes(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every server program")
	}
	c, err := course.LoadTrees(os.DirFS("testdata/smoke"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Match("smoke")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]verdict.Status{"exercises": verdict.Fail, "solutions": verdict.Pass} {
		root := t.TempDir()
		for _, e := range all {
			copyAnswer(t, path.Join("testdata/smoke", name, e.ID()), filepath.Join(root, "exercises", e.ID()))
		}
		results, err := newGrader(t, root).Grade(t.Context(), all, grader.Options{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Status == verdict.Skip && (strings.HasSuffix(r.Exercise, "/git") || strings.HasSuffix(r.Exercise, "/postgres")) {
				t.Logf("%s: %s", r.Exercise, r.Reason)
			} else if r.Status != want {
				t.Errorf("%s with the code of %s: got %s, want %s\n%+v\n%+v", r.Exercise, name, r.Status, want, r.Problem, r.First())
			}
		}
	}
}

// copyAnswer copies the files that a learner would have written.
func copyAnswer(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no code in %s (%v)", from, err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(f)), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
