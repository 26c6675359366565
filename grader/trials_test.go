package grader_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
)

// tried grades test code under the exercise demo/proof, of kind tests.
func tried(t *testing.T, text string) verdict.Result {
	t.Helper()
	c, err := course.LoadTrees(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find("demo/proof")
	if err != nil {
		t.Fatal(err)
	}
	files, err := e.Solution()
	if err != nil {
		t.Fatal(err)
	}
	if text != "" {
		files = []course.File{{Name: "proof_test.go", Data: []byte(text)}}
	}
	results, err := newGrader(t, t.TempDir()).Judge(t.Context(), []bench.Submission{{Exercise: e, Files: files}}, grader.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

const weak = `package proof_test

import (
	"testing"

	"github.com/kata-go/kata/exercises/demo/proof"
)

func TestOf(t *testing.T) {
	if got := proof.Of(2, 3); got != WANT {
		t.Errorf("Of(2, 3) = %d", got)
	}
}
`

func TestLearnersTests(t *testing.T) {
	tests := []struct {
		name, text, statuses, says string
		status                     verdict.Status
	}{
		{"the reference's tests catch every mutant", "", "pass pass pass", "", verdict.Pass},
		{"what slips through is told in words", strings.Replace(weak, "WANT", "5", 1), "pass pass fail", "nothing costs one", verdict.Fail},
		{"tests that fail on the right package prove nothing", strings.Replace(weak, "WANT", "6", 1), "fail unreached unreached", "do not pass on the package", verdict.Fail},
		{"no test is no proof", "package proof_test\n", "fail unreached unreached", "do not pass on the package", verdict.Fail},
		{"skipping is no proof", strings.NewReplacer("WANT", "5", "if got", "t.Skip()\n\tif got").Replace(weak), "fail unreached unreached", "do not pass on the package", verdict.Fail},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := tried(t, test.text)
			if r.Status != test.status || statuses(r) != test.statuses || !strings.Contains(r.Reason, test.says) {
				t.Errorf("got %s (%s): %s\nwant %s (%s): …%s…\n%+v", r.Status, statuses(r), r.Reason, test.status, test.statuses, test.says, r)
			}
		})
	}
}

func TestLearnersTestsThatDoNotCompile(t *testing.T) {
	r := tried(t, strings.Replace(weak, "WANT", "five", 1))
	if r.Problem == nil || r.Problem.Kind != verdict.Compile || r.Problem.File != "exercises/demo/proof/proof_test.go" || r.Problem.Line != 10 {
		t.Errorf("got %+v, want the compiler's message about line 10 of the learner's file", r.Problem)
	}
}
