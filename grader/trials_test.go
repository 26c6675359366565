package grader_test

import (
	"fmt"
	"os"
	"path/filepath"
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
		{"a test of what nobody promised is told of", strings.Replace(weak, "if got := proof.Of(2, 3); got != WANT {", "in := []int{3, 2}\n\tif got := proof.Of(in...); got != 5 || in[0] != 3 {", 1), "fail pass fail", "also when the numbers of the caller come back", verdict.Fail},
		{"tests that lean on one another are found out", leaning, "fail unreached unreached", "do not pass on the package", verdict.Fail},
		{"tests inside the package are refused", strings.Replace(weak, "package proof_test", "package proof", 1), "unreached unreached unreached", "the tests are of package proof", verdict.Fail},
		{"skipping on a broken package is not to notice it", strings.Replace(weak, "if got := proof.Of(2, 3); got != WANT {", "if got := proof.Of(2, 3); got != 5 {\n\t\tt.Skip()\n\t}\n\tif got := proof.Of(); got != 0 {", 1), "pass fail pass", "each number counts for one less", verdict.Fail},
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

// leaning passes in the order of the file alone.
const leaning = `package proof_test

import (
	"testing"

	"github.com/kata-go/kata/exercises/demo/proof"
)

var known int

func TestFirst(t *testing.T) {
	known = proof.Of(2, 3)
}

func TestSecond(t *testing.T) {
	if known != 5 || proof.Of() != 0 {
		t.Errorf("known is %d", known)
	}
}
`

// What goes wrong in the learner's own tests is told with the line of the
// learner's own file.
func TestLearnersTestsTellWhere(t *testing.T) {
	broken := strings.Replace(weak, "if got := proof.Of(2, 3); got != WANT {\n\t\tt.Errorf(\"Of(2, 3) = %d\", got)\n\t}", "BODY", 1)
	tests := []struct {
		name, body, at, got string
		kind                verdict.Kind
	}{
		{"a failure", `t.Errorf("no: %d", proof.Of())`, "proof_test.go:10", "TestOf fails", ""},
		{"a panic", `var m map[string]int; m["x"] = proof.Of()`, "proof_test.go:10", "TestOf fails", ""},
		{"a panic of another goroutine", `c := make(chan int); go func() { panic(proof.Of()) }(); <-c`, "proof_test.go:10", "", verdict.Panic},
		{"a deadlock", `c := make(chan int); c <- proof.Of()`, "proof_test.go:10", "", verdict.Deadlock},
		{"a test that never ends", `for proof.Of() == 0 {}`, "", "", verdict.Timeout},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := tried(t, strings.Replace(broken, "BODY", test.body, 1))
			f := r.Behaviours[0].Failure
			if r.Status != verdict.Fail || f == nil || !strings.Contains(f.Got, test.got) {
				t.Fatalf("got %+v, failure %+v", r, f)
			}
			if test.kind == "" && (f.At != test.at || r.Problem != nil) {
				t.Errorf("got the failure %+v and %+v, want it at %s", f, r.Problem, test.at)
			}
			if test.kind != "" && (r.Problem == nil || r.Problem.Kind != test.kind || !strings.Contains(r.Problem.File, "exercises/demo/proof/")) {
				t.Errorf("got %+v, want %s in exercises/demo/proof", r.Problem, test.kind)
			}
			if text := fmt.Sprintf("%+v %+v", r.Problem, f); strings.Contains(text, "hidden") || strings.Contains(text, "variants") {
				t.Errorf("names what only kata knows: %s", text)
			}
		})
	}
}

func TestNoteWhatIsNotUsed(t *testing.T) {
	c, err := course.LoadTrees(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	workspace := t.TempDir()
	if err := os.CopyFS(workspace, os.DirFS("testdata/course")); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(workspace, "exercises", "demo", "proof")
	text := strings.Replace(weak, "WANT", "5", 1) + "\nfunc TestMain(m *testing.M) { m.Run() }\n"
	for name, text := range map[string]string{"proof.go": "package proof\n\nfunc Of(...int) int { return 5 }\n", "proof_test.go": text} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e, err := c.Find("demo/proof")
	if err != nil {
		t.Fatal(err)
	}
	results, err := newGrader(t, workspace).Grade(t.Context(), []*course.Exercise{e}, grader.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(results[0].Ignored, "\n")
	if !strings.Contains(notes, "proof.go: your change is not used") || !strings.Contains(notes, "TestMain") {
		t.Errorf("got the notes %q", notes)
	}
}

// A learner's test that failed may have waited too short a time on a busy
// machine: it is run again, and not only remembered.
func TestFailedTestsAreRunAgain(t *testing.T) {
	c, err := course.LoadTrees(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find("demo/proof")
	if err != nil {
		t.Fatal(err)
	}
	g := newGrader(t, t.TempDir())
	for _, want := range []string{"5", "6"} {
		s := bench.Submission{Exercise: e, Files: []course.File{{Name: "proof_test.go", Data: []byte(strings.Replace(weak, "WANT", want, 1))}}}
		for range 2 {
			results, err := g.Judge(t.Context(), []bench.Submission{s}, grader.Options{})
			if err != nil || results[0].Status != verdict.Fail || results[0].Cached {
				t.Errorf("want %s: got %+v, %v; want a fail that was not remembered", want, results[0], err)
			}
		}
	}
}

// Where the caller knows that a failure had to come, it is remembered, and is
// not while the caller says otherwise.
func TestDueFailuresAreRemembered(t *testing.T) {
	c, err := course.LoadTrees(os.DirFS("testdata/course"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.Find("demo/proof")
	if err != nil {
		t.Fatal(err)
	}
	g := newGrader(t, t.TempDir())
	s := bench.Submission{Exercise: e, Files: []course.File{{Name: "proof_test.go", Data: []byte(strings.Replace(weak, "WANT", "5", 1))}}}
	for round, c := range []struct{ due, cached bool }{{false, false}, {true, false}, {true, true}, {false, true}} {
		var asked string
		results, err := g.Judge(t.Context(), []bench.Submission{s}, grader.Options{Due: func(id string, _ verdict.Result) bool { asked = id; return c.due }})
		if err != nil || results[0].Status != verdict.Fail || results[0].Cached != c.cached || !c.cached && asked != s.ID() {
			t.Errorf("round %d: got %+v, %v, asked about %q; want a fail, cached %t", round, results[0], err, asked, c.cached)
		}
	}
}
