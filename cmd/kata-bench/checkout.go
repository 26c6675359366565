package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// checkout makes a copy of the repository at a path of its own, in which a
// learner's answers stand beside the hidden tests, in place of the references,
// and returns its folder.
func (s *site) checkout(l learner) (dir string, err error) {
	dir = s.lab.folder("checkout")
	if err := copyRepository(s.lab, dir); err != nil {
		return dir, err
	}
	for i, e := range s.exercises {
		reference, err := e.Solution()
		if err != nil {
			return dir, err
		}
		folder := filepath.Join(dir, "solutions", filepath.FromSlash(e.ID()))
		for _, f := range reference {
			if err := os.Remove(filepath.Join(folder, filepath.FromSlash(f.Name))); err != nil {
				return dir, err
			}
		}
		if err := writeAll(folder, moved(e, l.answers[i])); err != nil {
			return dir, err
		}
	}
	return dir, nil
}

// tested is what the go command found in one checkout.
type tested struct {
	learner learner
	ran     ran
	passed  map[string]bool // ids of exercises
}

// testOne tests a learner's answers with the go command in a checkout of their
// own, which is removed.
func (s *site) testOne(l learner) (tested, error) {
	dir, err := s.checkout(l)
	defer os.RemoveAll(dir)
	if err != nil {
		return tested{}, fmt.Errorf("make the checkout of %s: %w", l.name, err)
	}
	test := s.goTest(s.exercises)
	test.dir, test.mix = dir, l.solved < len(s.exercises)
	r, err := test.watch(s.lab, nil)
	return tested{l, r, passedPackages(r.out)}, err
}

// passedPackages reads what go test prints: the exercises of lines such as
// "ok  \tgithub.com/kata-go/kata/solutions/rest/crud\t0.412s".
func passedPackages(out string) map[string]bool {
	passed := map[string]bool{}
	for line := range strings.Lines(out) {
		cells := strings.Split(line, "\t")
		if len(cells) > 1 && strings.TrimSpace(cells[0]) == "ok" {
			passed[path.Base(path.Dir(cells[1]))+"/"+path.Base(cells[1])] = true
		}
	}
	return passed
}

// differs lists the exercises on which the go command and kata, whose table has
// a status for each id, do not agree. Where learners write the tests, go test
// tries them on nothing that is broken: what kata refuses may pass there.
func (t tested) differs(exercises []*course.Exercise, statuses map[string]string) (list []string) {
	for _, e := range exercises {
		pass, ok := statuses[e.ID()] == "pass", t.passed[e.ID()]
		if pass != ok && !(e.Kind == course.KindTests && ok) {
			list = append(list, fmt.Sprintf("%s: %s: kata says %s, go test says %t", t.learner.name, e.ID(), statuses[e.ID()], ok))
		}
	}
	return list
}

// comparable counts what passed of the exercises in which both sides ask the
// same.
func comparable(exercises []*course.Exercise, passes func(id string) bool) (n float64) {
	for _, e := range exercises {
		if e.Kind != course.KindTests && passes(e.ID()) {
			n++
		}
	}
	return n
}
