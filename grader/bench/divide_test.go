package bench

import (
	"os"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// textual returns an exercise whose learner edits a file of another kind.
func textual(t *testing.T) *course.Exercise {
	t.Helper()
	c, err := course.Load(os.DirFS(checkout))
	must(t, err)
	for _, e := range course.Order(c) {
		if e.Kind == course.KindFile {
			return e
		}
	}
	t.Fatal("every exercise is about Go code")
	return nil
}

// What judges a file that is not Go code is linked once: neither its own edits nor those of
// code that is graded with it change its binary.
func TestTextIsLinkedOnce(t *testing.T) {
	b := workbench(t)
	code, text := answer(t, compiled(t)[0]), answer(t, textual(t))
	before, err := b.Build(t.Context(), []Submission{code, text})
	must(t, err)
	first, err := os.Stat(before.Binaries[text.ID()])
	must(t, err)
	if before.Binaries[code.ID()] == before.Binaries[text.ID()] {
		t.Fatal("code and text are linked into one binary")
	}
	after, err := b.Build(t.Context(), []Submission{code.edited(appended("\nvar kataEdit = 1\n")), text.edited(appended("\n"))})
	must(t, err)
	again, err := os.Stat(after.Binaries[text.ID()])
	must(t, err)
	if after.Binaries[text.ID()] != before.Binaries[text.ID()] || !again.ModTime().Equal(first.ModTime()) {
		t.Error("an edit linked the text's binary again")
	}
}
