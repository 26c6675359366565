package cli

import (
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/spf13/cobra"
)

func hintCommand(a *app) *cobra.Command {
	var again bool
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
			if again {
				return a.hintsAgain(s, e)
			}
			next, err := a.hint(&s, e)
			if next != "" {
				a.out().Next(next)
			}
			return err
		},
	}
	c.Flags().BoolVar(&again, "again", false, "show the hints taken so far once more")
	return c
}

// hint shows the next hint and remembers it; next is the command that usually
// follows. A hint that cannot be remembered is shown all the same.
func (a *app) hint(s *session, e *course.Exercise) (next string, err error) {
	hints, err := e.Hints()
	if err != nil {
		return "", err
	}
	taken := s.state.Exercise(e.ID()).Hints
	err = a.save(s, func(st *progress.State) error {
		x := st.Exercise(e.ID())
		taken = x.Hints
		x.Hints = min(taken+1, len(hints))
		st.Set(e.ID(), x)
		return nil
	})
	if taken >= len(hints) {
		a.out().Hints(view(e), hints, len(hints))
	} else {
		a.out().Hint(view(e), hints[taken], taken+1, len(hints))
	}
	if taken >= len(hints)-1 {
		return "edit, then kata  ·  the answer: kata solution --spoil" + s.name(e), err
	}
	return "edit, then kata  ·  the next hint: kata hint" + s.name(e), err
}

// name is the argument that a command needs to mean e: none for the current
// exercise.
func (s session) name(e *course.Exercise) string {
	if e == s.current() {
		return ""
	}
	return " " + e.ID()
}

func (a *app) hintsAgain(s session, e *course.Exercise) error {
	hints, err := e.Hints()
	if err != nil {
		return err
	}
	taken := min(s.state.Exercise(e.ID()).Hints, len(hints))
	a.out().Hints(view(e), hints[:taken], len(hints))
	if taken < len(hints) {
		a.out().Next("kata hint" + s.name(e))
	}
	return nil
}
