package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/kata-go/kata/grader/mutate"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

// mutateFlags are the wishes of one `kata author mutate`.
type mutateFlags struct {
	mutate.Options
	json  bool
	draft bool
	jobs  int
	min   float64
}

func authorMutateCommand(a *app) *cobra.Command {
	var f mutateFlags
	c := &cobra.Command{
		Use:   "mutate [NAME...]",
		Short: "Measure which small changes of a solution its tests notice",
		Long: `Change each solution one small step at a time and run the hidden tests: a
change that they do not notice is a hole in them, or makes no difference. Each
is listed, with a reason, in solutions/<track>/<name>/mutants.toml: what makes
no difference and what only a real service shows does not count.

Exit codes: 0 every score is high enough; 1 one is not, a survivor is not
explained, or an entry of mutants.toml does not hold any more.`,
		Example: "  kata author mutate rest/crud\n  kata author mutate --limit 20\n  kata author mutate --json --min 0.95",
		RunE: func(c *cobra.Command, args []string) error {
			if f.min < 0 || f.min > 1 || f.jobs < 0 || f.Limit < 0 {
				return usage("kata author mutate --help", "--min is between 0 and 1, --jobs and --limit are no less than 0")
			}
			return a.mutate(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "write every mutant as JSON")
	c.Flags().BoolVar(&f.draft, "draft", false, "write entries of mutants.toml for the unexplained")
	c.Flags().IntVar(&f.jobs, "jobs", 0, "test processes at once (default: as many as processors)")
	c.Flags().IntVar(&f.Limit, "limit", 0, "try only `N` mutants of each exercise")
	c.Flags().Float64Var(&f.min, "min", 0.9, "the lowest `score` that is good enough")
	c.Flags().BoolVar(&f.Fresh, "fresh", false, "judge again what was judged before")
	return c
}

func (a *app) mutate(ctx context.Context, names []string, f mutateFlags) error {
	w, err := a.openAuthor()
	if err != nil {
		return err
	}
	chosen, err := pick(w.Course, names)
	if err != nil {
		return err
	}
	if f.jobs > 0 {
		w.Grader.Jobs = f.jobs
	}
	if f.draft {
		f.Judged = a.draft
	} else if !f.json {
		f.Judged = func(r mutate.Report) { a.out().Mutation(f.view(r)) }
	}
	reports, err := mutate.Judge(ctx, w.Grader, os.DirFS(w.Root), chosen, f.Options)
	if err != nil {
		return err
	}
	if f.json {
		out := json.NewEncoder(a.Stdout)
		out.SetIndent("", "  ")
		if err := out.Encode(reports); err != nil {
			return err
		}
	}
	for _, r := range reports {
		if !f.good(r) {
			return errRed
		}
	}
	return nil
}

// draft writes entries of mutants.toml.
func (a *app) draft(r mutate.Report) {
	for _, s := range r.Survivors() {
		fmt.Fprintln(a.Stdout, s.Draft())
	}
}

func (f mutateFlags) good(r mutate.Report) bool {
	return r.Score >= f.min && len(r.Stale)+len(r.Survivors()) == 0
}

func (f mutateFlags) view(r mutate.Report) report.Mutation {
	m := report.Mutation{
		Exercise: r.Exercise, Score: r.Score, Good: f.good(r), Seconds: r.Seconds, Stale: r.Stale, Skipped: r.Skipped,
		Killed: r.Count[mutate.Killed], TimedOut: r.Count[mutate.TimedOut], Survived: r.Count[mutate.Survived],
		Invalid: r.Count[mutate.Invalid], Equivalent: r.Count[mutate.Equivalent], Unjudged: r.Needs(),
	}
	for _, s := range r.Survivors() {
		m.Survivors = append(m.Survivors, report.Survivor{Place: s.ID, Operator: s.Operator, Diff: s.Diff})
	}
	return m
}
