package main

import "fmt"

// The most that a verify may take, in seconds, when nothing changed: of the
// course's own exercises, one of which looks each time whether a container
// engine answers by now, and of generated ones.
const (
	idleReal      = 0.060
	idleGenerated = 0.030
)

// measureGenerated measures a course of n small exercises.
func measureGenerated(l *lab, n, rounds int) ([]row, error) {
	s, err := newSite(l, func(repo string) error { return generate(repo, n) })
	if err != nil {
		return nil, fmt.Errorf("generate a course of %d: %w", n, err)
	}
	return measureCourse(l, s, rounds, idleGenerated)
}

// measureCourse times a verify of a whole course of which everything, one
// exercise or nothing was edited. idle is the most that the last may take.
func measureCourse(l *lab, s *site, rounds int, idle float64) ([]row, error) {
	if err := s.serve(); err != nil {
		return nil, err
	}
	learners, references, err := s.editors()
	if err != nil {
		return nil, err
	}
	n := len(s.exercises)
	verify, test := s.kataCommand("verify"), s.goTest(s.exercises)
	verify.must = fmt.Sprintf("%d passed", n)
	found, err := alternate(l, 1, rounds,
		s.timed(func() error { return saveAll(learners) }, verify.fresh()),
		s.timed(func() error { return saveAll(references) }, test.fresh()),
		s.timed(nil, verify),
		s.timed(nil, test),
		s.timed(learners[0].save, verify),
		s.timed(references[0].save, test),
		s.timed(learners[0].save, s.kataCommand("verify", s.exercises[0].ID()).fresh()))
	if err != nil {
		return nil, err
	}
	line := func(what, against string, a, b int) row {
		return row{what: fmt.Sprintf("kata verify of %d, %s edited", n, what), against: against, unit: inSeconds, a: found[a], b: found[b]}
	}
	all, none := line("all", "go test", 0, 1), line("none", "go test", 2, 3)
	all.most, none.limit = share(n), idle
	return []row{all, none, line("one", "go test", 4, 5), line("one", "kata verify of that one", 4, 6)}, nil
}

// share is the target for a course whose n exercises were all edited: the
// largest part of the time of go test.
func share(n int) float64 {
	switch n {
	case 4:
		return 0.5
	case 60:
		return 0.20
	}
	return 0
}

// editors edit every exercise, on either side.
func (s *site) editors() (learners, references []*editor, err error) {
	for _, e := range s.exercises {
		learner, err := s.learner(e)
		if err != nil {
			return nil, nil, err
		}
		reference, err := s.reference(e)
		if err != nil {
			return nil, nil, err
		}
		learners, references = append(learners, learner), append(references, reference)
	}
	return learners, references, nil
}
