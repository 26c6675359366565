package mutate

import (
	"os"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// Where learners write the tests, the package is changed, and the reference's
// tests judge it.
func TestKindTests(t *testing.T) {
	c, err := course.LoadTrees(os.DirFS("../testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find("demo/proof")
	if err != nil {
		t.Fatal(err)
	}
	all, err := Generate(e)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d mutants, %v", len(all), err)
	}
	for _, m := range all {
		if m.File != "proof.go" {
			t.Errorf("%s changes %s, want the package alone", m.ID, m.File)
		}
	}
	solution, err := e.Solution()
	if err != nil {
		t.Fatal(err)
	}
	if tests := ownTests(e, solution); len(tests) != 1 || tests[0].Name != "proof_test.go" {
		t.Errorf("judged by %v, want the reference's tests", tests)
	}
	other, err := c.Find("demo/sum")
	if err != nil {
		t.Fatal(err)
	}
	if tests := ownTests(other, solution); tests != nil {
		t.Errorf("another kind is judged by %v, want its hidden tests", tests)
	}
}
