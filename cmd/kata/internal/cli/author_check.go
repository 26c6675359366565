package cli

import (
	"context"
	"encoding/json"

	"github.com/kata-go/kata/grader/author"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

// checkFlags are the wishes of one `kata author check`.
type checkFlags struct {
	author.Options
	json, rules, verbose bool
	changed              string
}

func authorCheckCommand(a *app) *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Prove exercises: right answers pass, wrong ones fail as meant",
		Long: `Hold exercises against the rules that --rules lists. All their answers, right
and wrong, are linked into one binary and graded; what was graded before and has
not changed since is not run again.

Exit codes: 0 every rule holds; 1 one does not.`,
		Example: "  kata author check rest/crud --deep\n  kata author check --changed origin/main --deep\n  kata author check --json",
		RunE: func(c *cobra.Command, args []string) error {
			if f.rules {
				a.showRules()
				return nil
			}
			return a.check(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.Deep, "deep", false, "run right answers again and again, shuffled")
	c.Flags().Uint64Var(&f.Seed, "seed", 0, "draw the inputs of every first run from the seed `N`")
	c.Flags().BoolVar(&f.json, "json", false, "write the result of every rule as JSON")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "write a line for every rule")
	c.Flags().BoolVar(&f.rules, "rules", false, "list the rules and check nothing")
	c.Flags().StringVar(&f.changed, "changed", "", "only what differs from where `REVISION` branched off")
	return c
}

func (a *app) showRules() {
	for _, r := range author.Rules() {
		a.out().Rule(report.Rule{Name: r.Name, About: r.About})
	}
}

func (a *app) check(ctx context.Context, names []string, f checkFlags) error {
	w, chosen, err := a.toCheck(ctx, names, f)
	if err != nil {
		return err
	}
	reports, err := w.Check(ctx, chosen, f.Options)
	if err != nil {
		return err
	}
	if f.json {
		out := json.NewEncoder(a.Stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(reports); err != nil {
			return err
		}
	} else {
		a.showChecks(reports, f.verbose)
	}
	for _, r := range reports {
		if len(r.Findings()) > 0 {
			return errRed
		}
	}
	return nil
}

// toCheck opens the checkout and picks exercises.
func (a *app) toCheck(ctx context.Context, names []string, f checkFlags) (*author.Author, []*course.Exercise, error) {
	w, err := a.openAuthor()
	if err != nil {
		return nil, nil, err
	}
	chosen, err := pick(w.Course, names)
	if err != nil || f.changed == "" {
		return w, chosen, err
	}
	chosen, err = w.Changed(ctx, chosen, f.changed)
	if err != nil {
		return nil, nil, broken("git fetch, or name another revision", "%w", err)
	}
	if len(chosen) == 0 && !f.json {
		a.out().Note("no exercise has changed since " + f.changed)
	}
	return w, chosen, nil
}

// showChecks prints each broken rule, or each rule, and a line for each
// exercise.
func (a *app) showChecks(reports []author.Report, verbose bool) {
	for _, r := range reports {
		for _, x := range r.Rules {
			if verbose {
				a.out().Rule(report.Rule{Exercise: r.Exercise, Name: x.Name, About: x.About, Status: x.Status})
			}
			for _, f := range x.Findings {
				a.out().Finding(r.Exercise, x.Name, f.Where, f.Message)
			}
		}
	}
	for _, r := range reports {
		a.out().Checked(report.Checked{Exercise: r.Exercise, Findings: len(r.Findings()), Answers: r.Answers, Seconds: r.Seconds, Skipped: r.Skipped})
	}
}
