package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// measureClass grades a class in which everybody solved everything, each in
// other words, and tests the same in some checkouts with the go command: as
// many as there are rounds. What is compared is the time that one checkout
// takes.
func measureClass(l *lab) ([]row, error) {
	s := l.model
	if err := s.serve(); err != nil {
		return nil, err
	}
	if _, err := s.kataCommand("verify").run(l); err != nil { // what all later runs share is there
		return nil, err
	}
	roster, err := s.enrol(l.options.class)
	if err != nil {
		return nil, fmt.Errorf("make a class of %d: %w", l.options.class, err)
	}
	tests, err := s.testSome(min(l.options.rounds, l.options.class))
	if err != nil {
		return nil, err
	}
	table, most := filepath.Join(filepath.Dir(roster), "grades.csv"), 0
	l.tell("grading a class of %d", l.options.class)
	graded, err := s.kataCommand("grade", "--roster", roster, "--csv", table).watch(l, func(pid int) { most = max(most, highWater(pid)) })
	if err == nil {
		err = s.allPassed(table)
	}
	if err != nil {
		return nil, err
	}
	each := func(total float64) series { return series{total / float64(l.options.class)} }
	took := graded.wall
	if l.options.cpu {
		took = graded.cpu
	}
	what := fmt.Sprintf("kata grade of %d × %d exercises", l.options.class, len(s.exercises))
	share := row{what: what + ", a checkout", against: "go test, a checkout", unit: inSeconds, a: each(took.Seconds()), b: tests, most: 0.20}
	for _, t := range tests {
		share.ratio = append(share.ratio, share.a[0]/t)
	}
	return []row{
		share,
		{what: what + ", wall time", unit: inSeconds, a: series{graded.wall.Seconds()}},
		{what: what + ", processor time", unit: inSeconds, a: series{graded.cpu.Seconds()}},
		{what: what + ", memory of kata itself", unit: inMiB, a: series{float64(most) / 1024}},
	}, nil
}

// enrol makes a checkout for each of n learners, every exercise edited as
// nobody else did, and returns the roster.
func (s *site) enrol(n int) (roster string, err error) {
	learners, _, err := s.editors()
	if err != nil {
		return "", err
	}
	folder := s.lab.folder("class")
	var lines strings.Builder
	for i := range n {
		name := fmt.Sprintf("learner-%02d", i+1)
		if err := saveAll(learners); err != nil {
			return "", err
		}
		if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(s.workspace)); err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "%s,%s\n", name, name)
	}
	roster = filepath.Join(folder, "roster.csv")
	return roster, write(roster, []byte(lines.String()))
}

// testSome edits all references n times, each time as in another checkout, and
// returns what the go command takes to test them. The first time warms it up.
func (s *site) testSome(n int) (series, error) {
	_, references, err := s.editors()
	if err != nil {
		return nil, err
	}
	test := s.goTest(s.exercises)
	var took series
	for i := range n + 1 {
		s.lab.tell("go test of checkout %d of %d", i, n)
		if err := saveAll(references); err != nil {
			return nil, err
		}
		seconds, err := s.lab.seconds(test)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			took = append(took, seconds)
		}
	}
	for _, r := range references {
		if err := r.restore(); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// allPassed says what a table of grades has that is no pass.
func (s *site) allPassed(table string) error {
	file, err := os.Open(table)
	if err != nil {
		return err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("read the grades: %w", err)
	}
	if len(lines) != s.lab.options.class+1 {
		return fmt.Errorf("%d lines of grades, want %d", len(lines), s.lab.options.class+1)
	}
	for _, cells := range lines[1:] {
		if want := fmt.Sprint(len(s.exercises)); cells[1] != want {
			return fmt.Errorf("%s passed %s of %s: %v", cells[0], cells[1], want, cells[2:])
		}
	}
	return nil
}
