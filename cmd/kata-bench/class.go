package main

import (
	"errors"
	"fmt"
	"strings"
)

// measureClass grades a class, and tests some of its checkouts with the go
// command, as many as there are rounds: one takes minutes. What is compared is
// the time that one checkout takes. Rows come with an error, too, where a
// verdict is not what it must be.
func measureClass(l *lab, solved composition) ([]row, error) {
	s := l.model
	if err := s.serve(); err != nil {
		return nil, err
	}
	class, err := s.learners(l.options.class, l.options.seed, solved)
	if err != nil {
		return nil, err
	}
	if err := s.warm(); err != nil {
		return nil, err
	}
	l.tell("grading a class of %d, drawn from the seed %d", len(class), l.options.seed)
	g, err := s.grade(class)
	if err != nil {
		return nil, err
	}
	tests, err := s.testSome(class, l.options.rounds)
	return g.rows(tests, l.options), errors.Join(err, g.surprises(), g.disagreements(tests))
}

// warm compiles what both sides share: the standard library, the modules, the
// kit and the server programs.
func (s *site) warm() error {
	s.lab.tell("compiling what both sides share")
	if _, err := s.kataCommand("doctor", "--warm").run(s.lab); err != nil {
		return err
	}
	build := s.goTest(s.exercises, "-run=^$")
	_, err := build.run(s.lab)
	return err
}

// testSome tests the checkouts of n learners with the go command, spread over
// the class.
func (s *site) testSome(class []learner, n int) (list []tested, err error) {
	for _, i := range among(len(class), n) {
		s.lab.tell("go test in the checkout of %s, %d of %d solved", class[i].name, class[i].solved, len(s.exercises))
		t, err := s.testOne(class[i])
		if err != nil {
			return list, err
		}
		list = append(list, t)
	}
	return list, nil
}

// among returns the indexes of some of a class, the middle of as many equal
// parts; of all when there are no more.
func among(class, some int) (list []int) {
	some = min(some, class)
	for k := range some {
		list = append(list, max((2*k+1)*class/(2*some)-1, k))
	}
	return list
}

// rows compare a checkout's share of the class's time with what the go command
// took of each that it tested.
func (g graded) rows(tests []tested, o options) []row {
	size := fmt.Sprintf("kata grade of %d × %d exercises", len(g.class), len(g.exercises))
	wall := row{what: size + ", a checkout, wall time", against: "go test", unit: inSeconds, ratio: series{}}
	cpu := row{what: size + ", a checkout, processor time", against: "go test", unit: inSeconds, ratio: series{}}
	for _, t := range tests {
		wall.compare(g.ran.wall.Seconds()/float64(len(g.class)), t.ran.wall.Seconds())
		cpu.compare(g.ran.cpu.Seconds()/float64(len(g.class)), t.ran.cpu.Seconds())
	}
	if o.cpu {
		cpu.most = classShare
	} else {
		wall.most = classShare
	}
	rows := []row{
		cpu, wall,
		{what: fmt.Sprintf("%s, seed %d, processor time", size, o.seed), unit: inSeconds, a: series{g.ran.cpu.Seconds()}},
		{what: size + ", wall time", unit: inSeconds, a: series{g.ran.wall.Seconds()}},
		{what: size + ", memory of kata itself", unit: inMiB, a: series{g.peak}},
	}
	for _, t := range tests {
		rows = append(rows, g.passes(t))
	}
	return rows
}

// classShare is the target: the largest part of the time of go test in each
// checkout.
const classShare = 0.20

// compare adds a round.
func (r *row) compare(a, b float64) {
	if len(r.a) == 0 { // it is the same in all rounds
		r.a = series{a}
	}
	r.b, r.ratio = append(r.b, b), append(r.ratio, a/b)
}

// passes sets side by side what passes in one checkout.
func (g graded) passes(t tested) row {
	statuses := g.table[t.learner.name]
	return row{
		what:    fmt.Sprintf("exercises of kinds code and file that pass in the checkout of %s", t.learner.name),
		against: "go test", unit: counted, ratio: series{},
		a: series{comparable(g.exercises, func(id string) bool { return statuses[id] == "pass" })},
		b: series{comparable(g.exercises, func(id string) bool { return t.passed[id] })},
	}
}

// surprises is an error when a status is not the one that was written for.
func (g graded) surprises() error {
	var list []string
	for _, l := range g.class {
		for i, e := range g.exercises {
			if got, want := g.table[l.name][e.ID()], l.status(i); got != want {
				list = append(list, fmt.Sprintf("%s: %s: kata says %q, want %q", l.name, e.ID(), got, want))
			}
		}
	}
	return all(list)
}

// disagreements is an error when the go command passes other exercises than
// kata.
func (g graded) disagreements(tests []tested) error {
	var list []string
	for _, t := range tests {
		list = append(list, t.differs(g.exercises, g.table[t.learner.name])...)
	}
	return all(list)
}

func all(list []string) error {
	if len(list) == 0 {
		return nil
	}
	return errors.New(strings.Join(list, "\n"))
}
