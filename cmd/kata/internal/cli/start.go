package cli

import (
	"github.com/kata-go/kata/grader/course"
	"github.com/spf13/cobra"
)

func startCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "start NAME",
		Short:             "Go to a track or an exercise, in any order",
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("kata list, then: kata start NAME", "start needs the name of a track or an exercise")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			e, err := s.entrance(args[0])
			if err != nil {
				return err
			}
			return a.begin(&s, e)
		},
	}
}

// entrance is the exercise of that name, or a track's first that has not
// passed.
func (s session) entrance(name string) (*course.Exercise, error) {
	for _, t := range s.course.Tracks {
		if t.Name != name || len(t.Exercises) == 0 {
			continue
		}
		for _, e := range t.Exercises {
			if !s.passed(e) {
				return e, nil
			}
		}
		return t.Exercises[0], nil
	}
	return s.course.Find(name)
}
