package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/spf13/cobra"
)

// verifyFlags are the wishes of one `kata verify`.
type verifyFlags struct {
	all, fresh, strict bool
	seed               uint64
	minimum            int
	require            []string
	format, output     string
}

func verifyCommand(a *app) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify [NAME...]",
		Short: "Grade exercises: the named ones, else every one that was started",
		Long: `Grade the named exercises (track, track/name or a pattern such as 'r*/*'), else
every exercise whose files differ from the starter.

Exit codes: 0 everything asked for passes; 1 something does not; 2 wrong usage;
3 kata or its environment broke; 130 interrupted.`,
		Example:           "  kata verify\n  kata verify rest redis/ratelimit\n  kata verify --all --format json --output result.json",
		ValidArgsFunction: completeNames(a),
		RunE: func(c *cobra.Command, args []string) error {
			if f.format != "text" && f.format != "json" {
				return usage("kata verify --format text|json", "there is no format %q", f.format)
			}
			return a.verify(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.all, "all", false, "grade every exercise of the course")
	c.Flags().BoolVar(&f.fresh, "fresh", false, "run again even when nothing changed")
	c.Flags().BoolVar(&f.strict, "strict", false, "refuse to run without containment, and trust no cache")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "repeat a run with its `seed`")
	c.Flags().IntVar(&f.minimum, "min", 0, "succeed when at least `N` exercises pass")
	c.Flags().StringSliceVar(&f.require, "require", nil, "fail unless exercise `NAME` passes")
	c.Flags().StringVar(&f.format, "format", "text", "`text` or json")
	c.Flags().StringVar(&f.output, "output", "", "write the result to `FILE` instead of standard output")
	return c
}

func (a *app) verify(ctx context.Context, patterns []string, f verifyFlags) error {
	s, err := a.open()
	if err != nil {
		return err
	}
	g, err := a.grader(s.dir)
	if err != nil {
		return err
	}
	chosen, err := choose(s, g, patterns, f)
	if err != nil {
		return err
	}
	out, finish, err := a.destination(f.output)
	if err != nil {
		return err
	}
	o := grader.Options{Seed: f.seed, Fresh: f.fresh, Strict: f.strict}
	lines := report.NewLineWriter(out, names(chosen), a.Width, report.NewPalette(a.Colour() && f.output == ""))
	if f.format == "text" {
		o.Judged = lines.Add
	}
	results, err := g.Grade(ctx, chosen, o)
	if err != nil {
		return err
	}
	document := verdict.NewDocument(version(), goVersion(ctx, g), withUnstarted(s.course, results))
	if f.format == "json" {
		err = report.JSON(out, document)
	} else {
		err = lines.Close(document.Summary)
	}
	if err := finish(err); err != nil {
		return err
	}
	if err := a.recordAll(&s, results); err != nil {
		return err
	}
	return judge(results, f)
}

// choose returns the exercises that a verify is about.
func choose(s session, g *grader.Grader, names []string, f verifyFlags) ([]*course.Exercise, error) {
	all := course.Order(s.course)
	if f.all {
		return all, nil
	}
	required, err := s.course.Match(f.require...)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 {
		named, err := s.course.Match(names...)
		return union(named, required), err
	}
	var started []*course.Exercise
	for _, e := range all {
		changed, err := g.Started(e)
		if err != nil {
			return nil, broken("kata doctor", "%w", err)
		}
		if changed || s.passed(e) {
			started = append(started, e)
		}
	}
	return union(started, required), nil
}

func names(exercises []*course.Exercise) []string {
	out := make([]string, len(exercises))
	for i, e := range exercises {
		out[i] = e.ID()
	}
	return out
}

func union(a, b []*course.Exercise) []*course.Exercise {
	for _, e := range b {
		if !slices.Contains(a, e) {
			a = append(a, e)
		}
	}
	return a
}

// withUnstarted adds the rest of the course to the results.
func withUnstarted(c *course.Course, results []verdict.Result) []verdict.Result {
	known := map[string]bool{}
	for _, r := range results {
		known[r.Exercise] = true
	}
	for _, e := range course.Order(c) {
		if !known[e.ID()] {
			results = append(results, verdict.Result{Exercise: e.ID(), Status: verdict.Unstarted, Behaviours: []verdict.Behaviour{}})
		}
	}
	return results
}

// judge turns results into the command's outcome.
func judge(results []verdict.Result, f verifyFlags) error {
	passed, failed, errors := 0, 0, 0
	for _, r := range results {
		switch r.Status {
		case verdict.Pass:
			passed++
		case verdict.Error:
			errors++
		default: // a skipped exercise was asked for and did not pass
			failed++
		}
		if r.Status != verdict.Pass && slices.ContainsFunc(f.require, func(n string) bool { return n == r.Exercise || strings.HasPrefix(r.Exercise, n+"/") }) {
			return errRed
		}
	}
	switch {
	case errors > 0:
		return broken("kata doctor", "%d of the exercises could not be judged", errors)
	case f.minimum > 0 && passed >= f.minimum:
		return nil
	case failed > 0 || passed < f.minimum:
		return errRed
	}
	return nil
}

// destination opens --output; finish closes it and reports a failed write.
func (a *app) destination(name string) (out io.Writer, finish func(error) error, err error) {
	if name == "" {
		return a.Stdout, func(err error) error { return err }, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, nil, broken("name another file with --output", "write the result: %w", err)
	}
	return file, func(err error) error {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return broken("free some space, then repeat the command", "write the result: %w", err)
		}
		return nil
	}, nil
}

// recordAll writes all verdicts into the progress at once. A workspace that
// cannot be written, as in CI, does not change the outcome.
func (a *app) recordAll(s *session, results []verdict.Result) error {
	now := a.Now()
	err := a.save(s, func(st *progress.State) error {
		for _, r := range results {
			x := st.Exercise(r.Exercise)
			note(&x, r, now)
			st.Set(r.Exercise, x)
		}
		return nil
	})
	if err != nil {
		a.printer(a.Stderr).Note("the progress was not saved: " + err.Error())
	}
	return nil
}
