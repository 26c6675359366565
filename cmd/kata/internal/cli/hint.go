package cli

import (
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/spf13/cobra"
)

func hintCommand(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "hint [NAME]",
		Short: "Show the next hint; each says more than the one before",
		Long: `Show the next hint of an exercise, from a nudge to nearly the answer. kata
remembers how many you took. When none is left, all are shown again.`,
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			e, err := s.exercise(args)
			if err != nil {
				return err
			}
			return a.hint(&s, e, all)
		},
	}
	c.Flags().BoolVar(&all, "again", false, "show the hints taken so far once more")
	return c
}

func (a *app) hint(s *session, e *course.Exercise, again bool) error {
	hints, err := e.Hints()
	if err != nil {
		return err
	}
	taken := s.state.Exercise(e.ID()).Hints
	if taken >= len(hints) || again {
		a.out().Hints(view(e), hints[:min(taken, len(hints))], len(hints))
		return nil
	}
	err = a.save(s, func(st *progress.State) error {
		x := st.Exercise(e.ID())
		x.Hints = taken + 1
		st.Set(e.ID(), x)
		return nil
	})
	a.out().Hint(view(e), hints[taken], taken+1, len(hints))
	return err
}
