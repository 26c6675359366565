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

// twice is one answer as two learners': files staged once, judged as two.
func twice(s Submission, apart ...string) []Submission {
	first, second := s, s
	first.Variant, second.Variant = "first", "second"
	first.Home, second.Home = "shared", "shared"
	first.Apart, second.Apart = apart[0], apart[1]
	return []Submission{first, second}
}

func TestWhatIsApartSharesNoBinary(t *testing.T) {
	b := workbench(t)
	s := answer(t, compiled(t)[0])
	for _, c := range []struct {
		apart []string
		one   bool
	}{{[]string{"ada", "bob"}, false}, {[]string{"ada", "ada"}, true}, {[]string{"", ""}, true}} {
		subs := twice(s, c.apart...)
		built, err := b.Build(t.Context(), subs)
		must(t, err)
		first, second := built.Binaries[subs[0].ID()], built.Binaries[subs[1].ID()]
		if first == "" || second == "" {
			t.Fatalf("apart %q: not everything was built: %v", c.apart, built.Failures)
		}
		if one := first == second; one != c.one {
			t.Errorf("apart %q: one binary is %t, want %t", c.apart, one, c.one)
		}
	}
}

// An answer that does not compile fails its own learner's build, no other's.
func TestAFailureStaysApart(t *testing.T) {
	b := workbench(t)
	subs := twice(answer(t, compiled(t)[0]), "ada", "bob")
	subs[0] = subs[0].edited(appended("\nvar kata int = nil\n"))
	subs[0].Home = ""
	built, err := b.Build(t.Context(), subs)
	must(t, err)
	if len(built.Failures[subs[0].ID()].Problems) == 0 || built.Binaries[subs[0].ID()] != "" {
		t.Errorf("the broken answer was built: %v", built)
	}
	if built.Binaries[subs[1].ID()] == "" {
		t.Errorf("the other answer was not: %v", built.Failures)
	}
}

func TestAHomeIsSharedByName(t *testing.T) {
	subs := twice(Submission{Exercise: textual(t)}, "", "")
	if subs[0].ID() == subs[1].ID() || subs[0].Package() != subs[1].Package() {
		t.Errorf("%s in %s, %s in %s: want two names and one place", subs[0].ID(), subs[0].Package(), subs[1].ID(), subs[1].Package())
	}
}
