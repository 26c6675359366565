package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// learner is one of a class: the first exercises are solved, the next is half
// edited and red, the rest are untouched starters.
type learner struct {
	name    string
	solved  int
	answers [][]course.File // one for each exercise, in the course's order
}

// composition tells how many of some exercises learner i, from 1 to n, solved.
type composition func(i, n, exercises int) int

func spreadOut(i, n, exercises int) int { return i * exercises / n }

func allSolved(_, _, exercises int) int { return exercises }

// learners draws a class of n. What a learner wrote depends on nothing but the
// seed, the number of the learner and the course.
func (s *site) learners(n int, seed uint64, solved composition) ([]learner, error) {
	class := make([]learner, n)
	for i := range class {
		l := learner{name: fmt.Sprintf("learner-%02d", i+1), solved: solved(i+1, n, len(s.exercises))}
		words := rand.New(rand.NewPCG(seed, uint64(i)))
		for place, e := range s.exercises {
			files, err := l.answer(e, place, words)
			if err != nil {
				return nil, fmt.Errorf("an answer to %s: %w", e.ID(), err)
			}
			l.answers = append(l.answers, files)
		}
		class[i] = l
	}
	return class, nil
}

// answer is what the learner has in the folder of the exercise at a place of
// the course, without the brief.
func (l learner) answer(e *course.Exercise, place int, words *rand.Rand) ([]course.File, error) {
	switch {
	case place < l.solved:
		return inOtherWords(e, e.Right, 1, words)
	case place == l.solved:
		return inOtherWords(e, e.Wrong, 0, words)
	}
	files, err := e.Starter()
	return slices.DeleteFunc(files, isBrief), err
}

// status is what kata must say of the exercise at a place.
func (l learner) status(place int) string {
	switch {
	case place < l.solved:
		return "pass"
	case place == l.solved:
		return "fail"
	}
	return "unstarted"
}

func isBrief(f course.File) bool { return f.Name == "README.md" }

// inOtherWords is one of an exercise's attempts, or of as many references as
// are said, with an edit that nobody else made.
func inOtherWords(e *course.Exercise, attempts func() ([]course.Attempt, error), references int, words *rand.Rand) ([]course.File, error) {
	files, err := e.Solution()
	if err != nil {
		return nil, err
	}
	list, err := attempts()
	if err != nil {
		return nil, err
	}
	if i := words.IntN(len(list)+references) - references; i >= 0 {
		if files, err = list[i].Over(files); err != nil {
			return nil, err
		}
	}
	f := ownFile(e, files)
	if f == nil {
		return nil, errors.New("it has no file of the learner's own")
	}
	f.Data = slices.Concat(f.Data, []byte(change(f.Name, words.Int64())))
	return files, nil
}

// ownFile returns a file of an answer that its learner may edit: one that the
// brief names or, where the code has moved, another of Go.
func ownFile(e *course.Exercise, files []course.File) *course.File {
	i := slices.IndexFunc(files, func(f course.File) bool { return e.Edits(f.Name) })
	if i < 0 {
		i = slices.IndexFunc(files, func(f course.File) bool { return strings.HasSuffix(f.Name, ".go") })
	}
	if i < 0 {
		return nil
	}
	return &files[i]
}

// enrol writes a checkout for each learner, with briefs, and returns the roster.
func (s *site) enrol(class []learner) (roster string, err error) {
	folder := s.lab.folder("class")
	var lines strings.Builder
	for _, l := range class {
		fmt.Fprintf(&lines, "%s,%s\n", l.name, l.name)
		for i, e := range s.exercises {
			starter, err := e.Starter()
			if err != nil {
				return "", err
			}
			brief := slices.DeleteFunc(starter, func(f course.File) bool { return !isBrief(f) })
			if err := writeAll(filepath.Join(folder, l.name, filepath.FromSlash(e.Dir())), append(brief, l.answers[i]...)); err != nil {
				return "", err
			}
		}
	}
	roster = filepath.Join(folder, "roster.csv")
	return roster, write(roster, []byte(lines.String()))
}

func writeAll(folder string, files []course.File) error {
	for _, f := range files {
		if err := write(filepath.Join(folder, filepath.FromSlash(f.Name)), f.Data); err != nil {
			return err
		}
	}
	return nil
}

// moved is an exercise's files with the imports of its own packages turned to
// where its reference is.
func moved(e *course.Exercise, files []course.File) []course.File {
	var list []course.File
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".go") {
			f.Data = bytes.ReplaceAll(f.Data, []byte("/kata/"+e.Dir()), []byte("/kata/solutions/"+e.ID()))
		}
		list = append(list, f)
	}
	return list
}
