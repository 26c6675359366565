package author

import (
	"os"
	"runtime"
	"testing"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/run"
)

func TestMain(m *testing.M) {
	run.Init()
	os.Exit(m.Run())
}

// Every exercise of the course passes the gate: its starter fails as meant, its
// reference and the other right answers pass, each wrong one fails what it
// names.
func TestCourse(t *testing.T) {
	const root = "../.."
	g := &grader.Grader{
		Workspace: t.TempDir(), CacheDir: t.TempDir(), Assets: Assets(root), Environ: os.Environ(),
		Version: "test", MinimumGo: "1.26", Runner: run.New(), Jobs: runtime.NumCPU(),
	}
	a, err := Open(root, g)
	if err != nil {
		t.Fatal(err)
	}
	exercises := course.Order(a.Course)
	if len(exercises) < 4 {
		t.Fatalf("the course has %d exercises only", len(exercises))
	}
	reports, err := a.Check(t.Context(), exercises, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		for _, f := range r.Findings() {
			t.Errorf("%s: %s: %s: %s", r.Exercise, f.Rule, f.Where, f.Message)
		}
	}
}
