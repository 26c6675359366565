package main

import (
	"path"

	"github.com/kata-go/kata/grader/course"
)

// pair is what a row compares.
type pair struct{ what, against string }

// measureEdits times the way from an edit of one file to the verdict, for each
// exercise of the course.
func measureEdits(l *lab) ([]row, error) {
	if err := l.model.serve(); err != nil {
		return nil, err
	}
	var rows []row
	pairs := []pair{{"kata verify", "go test"}, {"kata next", "go test"}, {"kata verify", "go test, fastest flags"}}
	over := make([]series, len(pairs)) // the medians of the exercises' ratios
	for _, e := range l.model.exercises {
		found, err := l.model.editOnce(e)
		if err != nil {
			return rows, err
		}
		for i, p := range pairs {
			r := row{what: p.what + " " + e.ID() + ", edited", against: p.against, a: found[p.what], b: found[p.against], unit: inSeconds}
			over[i] = append(over[i], r.ratios().median())
			rows = append(rows, r)
		}
	}
	for i, p := range pairs {
		rows = append(rows, row{what: p.what + ", median of the exercises", against: p.against, ratio: over[i], most: 1})
	}
	return rows, nil
}

// editOnce measures one exercise, by the names of the commands.
func (s *site) editOnce(e *course.Exercise) (map[string]series, error) {
	learner, err := s.learner(e)
	if err != nil {
		return nil, err
	}
	reference, err := s.reference(e)
	if err != nil {
		return nil, err
	}
	one := []*course.Exercise{e}
	enter := func() error {
		if _, err := s.kataCommand("start", e.ID()).run(s.lab); err != nil {
			return err
		}
		return learner.save()
	}
	names := []string{"kata verify", "go test", "kata next", "go test, fastest flags"}
	found, err := alternate(s.lab, 1, s.lab.options.rounds,
		s.timed(learner.save, s.kataCommand("verify", e.ID()).fresh()),
		s.timed(reference.save, s.goTest(one).fresh()),
		s.timed(enter, s.kataCommand("next", "--exit-code").fresh()),
		s.timed(reference.save, s.goTest(one, "-vet=off", "-ldflags=-s -w").fresh()))
	if err != nil {
		return nil, err
	}
	named := map[string]series{}
	for i, n := range names {
		named[n] = found[i]
	}
	return named, nil
}

// timed is a contender that runs a command after an edit.
func (s *site) timed(prepare func() error, c command) contender {
	return contender{prepare, func() (float64, error) { return s.lab.seconds(c) }}
}

// fresh demands that no part of the answer was known before.
func (c command) fresh() command {
	c.not = "cached"
	return c
}

// measureBroken times the way from an edit that does not compile to the
// compiler's message.
func measureBroken(l *lab) ([]row, error) {
	var rows []row
	for _, e := range l.model.exercises {
		if e.Kind != course.KindCode || path.Ext(e.Edit[0]) != ".go" {
			continue
		}
		r, err := l.model.breakOnce(e)
		if err != nil {
			return rows, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (s *site) breakOnce(e *course.Exercise) (row, error) {
	learner, err := s.learner(e)
	if err != nil {
		return row{}, err
	}
	reference, err := s.reference(e)
	if err != nil {
		return row{}, err
	}
	kata, build := s.kataCommand("verify", e.ID()), s.goCommand("build", "./solutions/"+e.ID())
	kata.red, build.red = true, true
	found, err := alternate(s.lab, 1, s.lab.options.rounds, s.timed(learner.spoil, kata), s.timed(reference.spoil, build))
	for _, d := range []*editor{learner, reference} {
		if restoreErr := d.restore(); err == nil {
			err = restoreErr
		}
	}
	if err != nil {
		return row{}, err
	}
	return row{what: "kata verify " + e.ID() + ", not compiling", against: "go build", unit: inSeconds, a: found[0], b: found[1]}, nil
}
