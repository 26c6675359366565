package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kata-go/kata/grader/course"
)

// graded is what kata grade made of a class.
type graded struct {
	class     []learner
	exercises []*course.Exercise
	table     map[string]map[string]string // learner -> id -> status
	ran       ran
	peak      float64 // memory of kata's own process, in MiB
}

// grade writes a checkout for each learner and has kata grade them.
func (s *site) grade(class []learner) (graded, error) {
	g := graded{class: class, exercises: s.exercises}
	roster, err := s.enrol(class)
	if err != nil {
		return g, err
	}
	grades, most := filepath.Join(filepath.Dir(roster), "grades.csv"), 0
	args := []string{"grade", "--roster", roster, "--csv", grades}
	for _, e := range s.exercises {
		args = append(args, e.ID())
	}
	if g.ran, err = s.kataCommand(args...).watch(s.lab, func(pid int) { most = max(most, highWater(pid)) }); err != nil {
		return g, err
	}
	g.peak = float64(most) / 1024
	g.table, err = readGrades(grades)
	return g, err
}

// readGrades reads a table of grades: name, passed, problem, and a status for
// each exercise.
func readGrades(name string) (map[string]map[string]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the grades: %w", err)
	}
	table := map[string]map[string]string{}
	for _, cells := range lines[1:] {
		statuses := map[string]string{}
		for i, id := range lines[0] {
			statuses[id] = cells[i]
		}
		table[cells[0]] = statuses
	}
	return table, nil
}
