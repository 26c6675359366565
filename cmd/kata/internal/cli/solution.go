package cli

import (
	"bytes"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

func solutionCommand(a *app) *cobra.Command {
	var spoil bool
	c := &cobra.Command{
		Use:               "solution [NAME]",
		Short:             "Show the reference solution and the notes, after a pass",
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			e, err := a.solved(s, args)
			if err != nil {
				return err
			}
			if !s.passed(e) && !spoil {
				return usage("kata hint, or to see it all the same: kata solution --spoil "+e.ID(), "%s has not passed yet", e.ID())
			}
			return a.solution(e)
		},
	}
	c.Flags().BoolVar(&spoil, "spoil", false, "show it before the exercise has passed")
	return c
}

// solved is the exercise named; without a name the current one, or the one
// that passed last when the current one was not tried yet.
func (a *app) solved(s session, args []string) (*course.Exercise, error) {
	e, err := s.exercise(args)
	if err != nil || len(args) > 0 || s.state.Exercise(e.ID()).Attempts > 0 {
		return e, err
	}
	for _, x := range course.Order(s.course) {
		if s.passed(x) && (!s.passed(e) || s.state.Exercise(x.ID()).Passed.After(s.state.Exercise(e.ID()).Passed)) {
			e = x
		}
	}
	return e, nil
}

func (a *app) solution(e *course.Exercise) error {
	files, err := e.Solution()
	if err != nil {
		return err
	}
	notes, err := e.Notes()
	if err != nil {
		return err
	}
	starter, err := e.Starter()
	if err != nil {
		return err
	}
	a.out().Solution(view(e), changed(beside(e, files), starter), notes)
	return nil
}

// beside returns the reference's files as they would stand in the exercise, whose
// own packages are below exercises/.
func beside(e *course.Exercise, files []course.File) []course.File {
	out := slices.Clone(files)
	for i, f := range out {
		if strings.HasSuffix(f.Name, ".go") {
			out[i].Data = bytes.ReplaceAll(f.Data, []byte(`kata/solutions/`+e.ID()+`/`), []byte(`kata/`+e.Dir()+`/`))
		}
	}
	return out
}

// changed returns the reference's files that differ from the starter's.
func changed(files, starter []course.File) []report.Source {
	var out []report.Source
	for _, f := range files {
		same := slices.ContainsFunc(starter, func(s course.File) bool { return s.Name == f.Name && bytes.Equal(s.Data, f.Data) })
		if !same {
			out = append(out, report.Source{Name: f.Name, Text: string(f.Data)})
		}
	}
	return out
}
