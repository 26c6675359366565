package grader_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// A brief may ask for exactly what the resolver knows.
func TestFrontMatterKnowsEveryService(t *testing.T) {
	known, may := slices.Sorted(slices.Values(services.Names())), slices.Sorted(slices.Values(course.Services()))
	if !slices.Equal(known, may) {
		t.Errorf("services resolves %q, briefs may name %q", known, may)
	}
}

// Without its server an exercise is skipped, but what the compiler says needs
// none.
func TestWithoutItsService(t *testing.T) {
	e, root := smokeExercise(t, "smoke/nats")
	g := newGrader(t, root)
	g.Services = services.Env // and no address is given
	judge := func() verdict.Result {
		t.Helper()
		results, err := g.Grade(t.Context(), []*course.Exercise{e}, grader.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	if r := judge(); r.Status != verdict.Skip || r.Problem == nil || r.Problem.Kind != verdict.Service {
		t.Errorf("code that compiles: got %+v, want it skipped for the service", r)
	}
	if err := os.WriteFile(filepath.Join(root, e.Dir(), "more.go"), []byte("package nats\n\nvar x int = true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := judge(); r.Status != verdict.Fail || r.Problem == nil || r.Problem.Kind != verdict.Compile {
		t.Errorf("code that does not compile: got %+v, want the compiler's message", r)
	}
}

// smokeExercise is an exercise of testdata/smoke, and a workspace with its
// starter.
func smokeExercise(t *testing.T, id string) (*course.Exercise, string) {
	t.Helper()
	c, err := course.LoadTrees(os.DirFS("testdata/smoke"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	copyAnswer(t, filepath.Join("testdata/smoke", e.Dir()), filepath.Join(root, e.Dir()))
	return e, root
}
