package main

import (
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/kata-go/kata/grader/course"
)

// A class is the same for a seed, and each learner is where they should be.
func TestLearners(t *testing.T) {
	c, err := course.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{exercises: course.Order(c)}
	class, err := s.learners(6, 7, spreadOut)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := s.learners(6, 7, spreadOut)
	other, _ := s.learners(6, 8, spreadOut)
	if !reflect.DeepEqual(class, again) || reflect.DeepEqual(class, other) {
		t.Error("a class depends on something else than its seed, or not on that")
	}
	first := s.exercises[0]
	for i, l := range class {
		if want := (i + 1) * len(s.exercises) / 6; l.solved != want || len(l.answers) != len(s.exercises) {
			t.Errorf("%s: %d solved of %d, want %d", l.name, l.solved, len(l.answers), want)
		}
		if i > 0 && reflect.DeepEqual(l.answers[0], class[0].answers[0]) {
			t.Errorf("%s and %s have the same answer to %s", l.name, class[0].name, first.ID())
		}
		for place, e := range s.exercises[min(l.solved+1, len(s.exercises)):] {
			starter, _ := e.Starter()
			if got := l.answers[l.solved+1+place]; !reflect.DeepEqual(got, slices.DeleteFunc(starter, isBrief)) {
				t.Errorf("%s: %s is touched", l.name, e.ID())
			}
		}
	}
}

func TestAmong(t *testing.T) {
	for _, test := range []struct {
		class, some int
		want        []int
	}{{40, 1, []int{19}}, {40, 2, []int{9, 29}}, {4, 3, []int{0, 1, 2}}, {3, 9, []int{0, 1, 2}}, {1, 1, []int{0}}} {
		if got := among(test.class, test.some); !slices.Equal(got, test.want) {
			t.Errorf("among(%d, %d) = %v, want %v", test.class, test.some, got, test.want)
		}
	}
}

// Kata and the go command must agree, except on weak tests of a learner.
func TestDiffers(t *testing.T) {
	out := "ok  \tgithub.com/kata-go/kata/solutions/a/one\t0.1s\n--- FAIL: TestX\nFAIL\tgithub.com/kata-go/kata/solutions/a/two\t0.1s\n" +
		"ok  \tgithub.com/kata-go/kata/solutions/b/weak\t(cached)\n?   \tgithub.com/kata-go/kata/solutions/b/part\t[no test files]\nFAIL\n"
	exercises := []*course.Exercise{{Track: "a", Name: "one"}, {Track: "a", Name: "two"}, {Track: "b", Name: "weak"}}
	exercises[2].Kind = course.KindTests
	x := tested{passed: passedPackages(out)}
	if got := x.differs(exercises, map[string]string{"a/one": "pass", "a/two": "fail", "b/weak": "unstarted"}); len(got) > 0 {
		t.Errorf("agreeing tables differ: %q", got)
	}
	if got := x.differs(exercises, map[string]string{"a/one": "fail", "a/two": "pass", "b/weak": "pass"}); len(got) != 2 {
		t.Errorf("%q, want two differences", got)
	}
}
