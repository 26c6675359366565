package main

import (
	"errors"
	"path"

	"github.com/kata-go/kata/grader/course"
)

// pair is what a row compares.
type pair struct{ what, against string }

// editPairs are the rows of each exercise.
var editPairs = []pair{
	{"kata watch", "go test"}, {"kata watch", "go test, fastest flags"},
	{"kata verify", "go test"}, {"kata next", "go test"}, {"kata verify", "go test, fastest flags"},
}

// mostOf is the target of each way to a verdict against go test.
var mostOf = map[string]float64{"kata watch": 0.7, "kata verify": 1, "kata next": 1}

// measureEdits times the way from an edit of one file to the verdict, for each
// exercise of the course.
func measureEdits(l *lab) ([]row, error) {
	if err := l.model.serve(); err != nil {
		return nil, err
	}
	var rows []row
	over := make([]series, len(editPairs)) // the medians of the exercises' ratios
	for _, e := range l.model.exercises {
		found, err := l.model.editOnce(e)
		if err != nil {
			return rows, err
		}
		for i, p := range editPairs {
			r := found[p]
			r.what, r.against, r.unit = p.what+" "+e.ID()+", edited", p.against, inSeconds
			over[i] = append(over[i], r.ratios().median())
			rows = append(rows, r)
		}
	}
	for i, p := range editPairs {
		rows = append(rows, row{what: p.what + ", median of the exercises", against: p.against, ratio: over[i], most: mostOf[p.what]})
	}
	return rows, nil
}

// editOnce measures one exercise: first with a watch, which then ends, so that
// no other command meets an edit that was judged before.
func (s *site) editOnce(e *course.Exercise) (map[pair]row, error) {
	learner, err := s.learner(e)
	if err != nil {
		return nil, err
	}
	reference, err := s.reference(e)
	if err != nil {
		return nil, err
	}
	plain := s.timed(reference.save, s.goTest([]*course.Exercise{e}).fresh())
	fast := s.timed(reference.save, s.goTest([]*course.Exercise{e}, "-vet=off", "-ldflags=-s -w").fresh())
	watched, err := s.watched(e, func(w *watcher) ([]series, error) {
		return alternate(s.lab, 1, s.lab.options.rounds, w.saved(learner.save, "✓ "+e.ID()), plain, fast)
	})
	if err != nil {
		return nil, err
	}
	enter := func() error {
		if _, err := s.kataCommand("start", e.ID()).run(s.lab); err != nil {
			return err
		}
		return learner.save()
	}
	found, err := alternate(s.lab, 1, s.lab.options.rounds,
		s.timed(learner.save, s.kataCommand("verify", e.ID()).fresh()), plain,
		s.timed(enter, s.kataCommand("next", "--exit-code").fresh()), fast)
	if err != nil {
		return nil, err
	}
	return map[pair]row{
		editPairs[0]: {a: watched[0], b: watched[1]}, editPairs[1]: {a: watched[0], b: watched[2]},
		editPairs[2]: {a: found[0], b: found[1]}, editPairs[3]: {a: found[2], b: found[1]}, editPairs[4]: {a: found[0], b: found[3]},
	}, nil
}

// watched calls measure while kata watch runs at an exercise.
func (s *site) watched(e *course.Exercise, measure func(*watcher) ([]series, error)) ([]series, error) {
	w, err := s.watch(e)
	if err != nil {
		return nil, err
	}
	found, err := measure(w)
	return found, errors.Join(err, w.close())
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
		found, err := l.model.breakOnce(e)
		if err != nil {
			return rows, err
		}
		rows = append(rows, found...)
	}
	return rows, nil
}

func (s *site) breakOnce(e *course.Exercise) ([]row, error) {
	learner, err := s.learner(e)
	if err != nil {
		return nil, err
	}
	reference, err := s.reference(e)
	if err != nil {
		return nil, err
	}
	kata, build := s.kataCommand("verify", e.ID()), s.goCommand("build", "./solutions/"+e.ID())
	kata.red, build.red = true, true
	plain := s.timed(reference.spoil, build)
	watched, err := s.watched(e, func(w *watcher) ([]series, error) {
		return alternate(s.lab, 1, s.lab.options.rounds, w.saved(learner.spoil, "does not compile"), plain)
	})
	if err != nil {
		return nil, err
	}
	found, err := alternate(s.lab, 1, s.lab.options.rounds, s.timed(learner.spoil, kata), plain)
	for _, d := range []*editor{learner, reference} {
		if restoreErr := d.restore(); err == nil {
			err = restoreErr
		}
	}
	if err != nil {
		return nil, err
	}
	return []row{
		{what: "kata watch " + e.ID() + ", not compiling", against: "go build", unit: inSeconds, a: watched[0], b: watched[1], most: 0.35},
		{what: "kata verify " + e.ID() + ", not compiling", against: "go build", unit: inSeconds, a: found[0], b: found[1]},
	}, nil
}
