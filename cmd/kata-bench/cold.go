package main

import (
	"errors"
	"os"

	"github.com/kata-go/kata/grader/course"
)

// measureCold times the first run ever: no package is compiled yet, the
// modules are there.
func measureCold(l *lab) ([]row, error) {
	s := l.model
	if err := s.serve(); err != nil {
		return nil, err
	}
	first := s.exercises[0]
	verify := s.kataCommand("verify", first.ID())
	run := s.goCommand("run", "./cmd/kata", "verify", "--workspace", s.workspace, first.ID())
	found, err := alternate(l, 0, l.options.heavy(),
		s.cold(verify.fresh()),
		s.cold(s.goTest([]*course.Exercise{first}).fresh()),
		s.cold(s.goCommand("build", "-o", l.folder("kata"), "./cmd/kata")),
		s.cold(run.fresh()))
	if err != nil {
		return nil, err
	}
	return []row{
		{what: "kata verify " + first.ID() + ", empty build cache", against: "go test", unit: inSeconds, a: found[0], b: found[1], most: 1.15},
		{what: "kata's own build, empty build cache", against: "go test", unit: inSeconds, a: found[2], b: found[1]},
		{what: "both by go run ./cmd/kata, empty build cache", against: "go test", unit: inSeconds, a: found[3], b: found[1]},
	}, nil
}

// cold is a contender that runs a command with caches that are empty and thrown
// away afterwards.
func (s *site) cold(c command) contender {
	return contender{do: func() (took float64, err error) {
		built, known := s.lab.folder("cold-build"), s.lab.folder("cold-cache")
		defer func() { err = errors.Join(err, os.RemoveAll(built), os.RemoveAll(known)) }()
		c := c
		c.env = append(c.env[:len(c.env):len(c.env)], "GOCACHE="+built, "XDG_CACHE_HOME="+known)
		return s.lab.seconds(c)
	}}
}
