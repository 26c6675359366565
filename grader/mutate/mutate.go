// Package mutate measures hidden tests: it changes a reference solution one
// small step at a time, has each changed copy judged, and tells which changes
// the tests did not notice.
//
// It owns the operators, and the lists of changes that no test notices
// (mutants.toml). It must never know how an answer is built or run, nor what a
// learner is shown.
package mutate

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
)

// Mutant is a solution with one small change.
type Mutant struct {
	ID       string `json:"id"`           // "orders.go:57:comparison", with "#2" for the second of that kind there
	File     string `json:"file"`         // slash path relative to the exercise's folder
	Line     int    `json:"line"`         // of the solution's file, from 1
	In       string `json:"in,omitempty"` // the function, table, stage or key around it
	Operator string `json:"operator"`
	Diff     string `json:"diff"` // unified, one line of context, without the file's names

	data []byte // the changed file
	step step   // what changed it
}

// Generate returns the mutants of an exercise's solution, by file and line.
// Changed are the files that answer the exercise: those that the brief lets
// the learner edit, and those in which the solution differs from the starter.
func Generate(e *course.Exercise) ([]Mutant, error) {
	files, err := answers(e)
	if err != nil {
		return nil, err
	}
	var all []Mutant
	for _, f := range files {
		steps, err := steps(f)
		if err != nil {
			return nil, fmt.Errorf("mutate %s: %w", path.Join("solutions", e.ID(), f.Name), err)
		}
		all = append(all, mutants(f, steps)...)
	}
	return all, nil
}

// answers returns the solution's files that a learner would have written, or,
// where learners write the tests, the package that the solution's must prove.
func answers(e *course.Exercise) ([]course.File, error) {
	solution, err := e.Solution()
	if err != nil {
		return nil, err
	}
	starter, err := e.Starter()
	if err != nil {
		return nil, err
	}
	if e.Kind == course.KindTests {
		return slices.DeleteFunc(solution, func(f course.File) bool { return isTest(f) || f.Name == explainedFile }), nil
	}
	return slices.DeleteFunc(solution, func(f course.File) bool {
		given := slices.ContainsFunc(starter, func(s course.File) bool { return s.Name == f.Name && bytes.Equal(s.Data, f.Data) })
		return f.Name == explainedFile || given && !e.Edits(f.Name)
	}), nil
}

// steps returns the changes of a file that its format knows.
func steps(f course.File) ([]step, error) {
	base := path.Base(f.Name)
	switch ext := path.Ext(base); {
	case ext == ".go":
		return goSteps(f.Name, f.Data)
	case ext == ".sql":
		return sqlSteps(string(f.Data)), nil
	case base == "Dockerfile" || base == "Containerfile" || ext == ".dockerfile" || strings.HasPrefix(base, "Dockerfile."):
		return dockerfileSteps(string(f.Data)), nil
	case ext == ".yaml" || ext == ".yml":
		return yamlSteps(string(f.Data)), nil
	case ext == ".tf" || ext == ".hcl":
		return hclSteps(string(f.Data)), nil
	}
	return lineSteps(string(f.Data)), nil
}

// mutants makes one mutant of each step; of steps with the same outcome only
// the first counts.
func mutants(f course.File, steps []step) []Mutant {
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	src := string(f.Data)
	seen := map[string]bool{src: true}
	ids := map[string]int{}
	var list []Mutant
	for _, s := range steps {
		changed := s.apply(src)
		if seen[changed] {
			continue
		}
		seen[changed] = true
		line := 1 + strings.Count(src[:s.at], "\n")
		id := fmt.Sprintf("%s:%d:%s", f.Name, line, s.operator)
		if ids[id]++; ids[id] > 1 {
			id += fmt.Sprintf("#%d", ids[id])
		}
		list = append(list, Mutant{id, f.Name, line, s.in, s.operator, s.diff(src), []byte(changed), s})
	}
	return list
}

func (m Mutant) ofGo() bool { return path.Ext(m.File) == ".go" }

// over returns the solution's files with the mutant's in its place.
func (m Mutant) over(solution []course.File) []course.File {
	files := slices.Clone(solution)
	for i, f := range files {
		if f.Name == m.File {
			files[i].Data = m.data
		}
	}
	return files
}
