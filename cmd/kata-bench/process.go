package main

import (
	"fmt"
	"os/exec"
)

// measureStart times kata's start beside that of a program that does nothing.
func measureStart(l *lab) ([]row, error) {
	contenders := []contender{l.model.timed(nil, l.model.kataCommand("list"))}
	nothing, err := exec.LookPath("true")
	if err == nil {
		contenders = append(contenders, l.model.timed(nil, command{path: nothing, env: l.environ()}))
	}
	found, err := alternate(l, 1, l.options.rounds, contenders...)
	if err != nil {
		return nil, err
	}
	r := row{what: "kata list", unit: inSeconds, a: found[0]}
	if len(found) > 1 {
		r.against, r.b = "true", found[1]
	}
	return []row{r}, nil
}

// measureMemory finds the largest memory of kata's own process, without those
// that it starts.
func measureMemory(l *lab) ([]row, error) {
	s := l.model
	learners, _, err := s.editors()
	if err != nil {
		return nil, err
	}
	n := len(s.exercises)
	verify := s.kataCommand("verify")
	verify.must = fmt.Sprintf("%d passed", n)
	peak := func(prepare func() error, c command) contender {
		return contender{prepare, func() (float64, error) { return c.peak(l) }}
	}
	found, err := alternate(l, 1, l.options.rounds,
		peak(func() error { return saveAll(learners) }, verify.fresh()),
		peak(nil, verify),
		peak(learners[0].save, s.kataCommand("verify", s.exercises[0].ID()).fresh()))
	if err != nil {
		return nil, err
	}
	return []row{
		{what: fmt.Sprintf("memory of kata verify of %d, all edited", n), unit: inMiB, a: found[0]},
		{what: fmt.Sprintf("memory of kata verify of %d, none edited", n), unit: inMiB, a: found[1]},
		{what: "memory of kata verify of one, edited", unit: inMiB, a: found[2]},
	}, nil
}
