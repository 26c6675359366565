package author

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// A new exercise of each kind breaks no rule but the one that asks to fill it
// in.
func TestTemplates(t *testing.T) {
	root := checkout(t)
	for _, part := range []string{"grader/kit", "grader/services", "go.mod", "go.sum"} {
		copyTree(t, root, part)
	}
	if err := os.MkdirAll(filepath.Join(root, "solutions"), 0o755); err != nil {
		t.Fatal(err)
	}
	for kind, name := range map[course.Kind]string{course.KindCode: "rest/paging", course.KindFile: "rest/proxy", course.KindTests: "rest/unit"} {
		if _, err := New(root, name, kind); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
	}
	a, err := Open(root, newGrader(t))
	if err != nil {
		t.Fatal(err)
	}
	all := course.Order(a.Course)
	if _, err := a.Pack(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if a, err = Open(root, a.Grader); err != nil {
		t.Fatal(err)
	}
	all = course.Order(a.Course)
	reports, err := a.Check(t.Context(), all, Options{})
	if err != nil || len(reports) != 3 {
		t.Fatalf("%d reports, %v", len(reports), err)
	}
	for _, r := range reports {
		if !slices.ContainsFunc(r.Findings(), func(f Finding) bool { return f.Rule == "filled" }) {
			t.Errorf("%s: nothing is left to fill in", r.Exercise)
		}
		for _, f := range r.Findings() {
			if f.Rule != "filled" {
				t.Errorf("%s: %s: %s: %s", r.Exercise, f.Rule, f.Where, f.Message)
			}
		}
	}
}
