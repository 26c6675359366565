package cli

import (
	"github.com/kata-go/kata/grader/author"
	"github.com/spf13/cobra"
)

func authorCheckCommand(a *app) *cobra.Command {
	var o author.Options
	c := &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Prove exercises: right answers pass, wrong ones fail as meant",
		RunE: func(c *cobra.Command, args []string) error {
			w, err := a.openAuthor()
			if err != nil {
				return err
			}
			chosen, err := pick(w.Course, args)
			if err != nil {
				return err
			}
			reports, err := w.Check(c.Context(), chosen, o)
			if err != nil {
				return err
			}
			return a.showChecks(reports)
		},
	}
	c.Flags().BoolVar(&o.Deep, "deep", false, "run right answers again and again, with other seeds")
	return c
}

// showChecks prints each broken rule and a line for each exercise.
func (a *app) showChecks(reports []author.Report) error {
	bad := false
	for _, r := range reports {
		for _, f := range r.Findings {
			a.out().Finding(r.Exercise, f.Rule, f.Where, f.Message)
			bad = true
		}
	}
	for _, r := range reports {
		a.out().Checked(r.Exercise, len(r.Findings), r.Attempts, r.Seconds)
	}
	if bad {
		return errRed
	}
	return nil
}
