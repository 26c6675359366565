package cli

import (
	"context"
	"reflect"
	"slices"

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
	require, format    []string
	output             string
	shard, times       string
	since              string
}

func verifyCommand(a *app) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify [NAME...]",
		Short: "Grade exercises: the named ones, else all that were started",
		Long: `Grade the named exercises (track, track/name or a pattern such as 'r*/*'), else
every exercise whose files differ from the starter.

Formats are text, json, junit, github (annotations), gitlab (code quality) and
markdown. Under GitHub Actions annotations and the step's summary come unasked.

With --since only what changed is graded, and only an exercise that passed at
that revision and fails now makes the command fail.

Exit codes: 0 everything asked for passes; 1 something does not; 2 wrong usage;
3 kata or its environment broke; 130 interrupted.`,
		Example:           "  kata verify\n  kata verify rest redis/ratelimit\n  kata verify --all --format junit=kata.xml --format github",
		ValidArgsFunction: completeNames(a),
		RunE: func(c *cobra.Command, args []string) error {
			return a.verify(c.Context(), args, f)
		},
	}
	c.Flags().BoolVar(&f.all, "all", false, "grade every exercise of the course")
	c.Flags().BoolVar(&f.fresh, "fresh", false, "run again even when nothing changed")
	c.Flags().BoolVar(&f.strict, "strict", false, "refuse to run without containment, trust no cache")
	c.Flags().Uint64Var(&f.seed, "seed", 0, "repeat a run with the seed `N`")
	c.Flags().IntVar(&f.minimum, "min", 0, "succeed when at least `N` exercises pass")
	c.Flags().StringSliceVar(&f.require, "require", nil, "fail unless exercise `NAME` passes")
	c.Flags().StringSliceVar(&f.format, "format", nil, "write as `FORMAT[=FILE]`; may be repeated")
	c.Flags().StringVar(&f.output, "output", "", "write to `FILE` instead of standard output")
	c.Flags().StringVar(&f.shard, "shard", "", "grade part `I/N` of what is asked for")
	c.Flags().StringVar(&f.times, "times", "", "split by the times in `FILE`, a run's JSON")
	c.Flags().StringVar(&f.since, "since", "", "grade what changed since the git revision `REF`")
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
	w, err := choose(s, g, patterns, f)
	if err != nil {
		return err
	}
	if err := a.shard(&w, f); err != nil {
		return err
	}
	before, err := a.since(ctx, s, g, &w, f)
	if err != nil {
		return err
	}
	if before != nil {
		defer before.close()
	}
	formats, err := a.formats(f.format, f.output)
	if err != nil {
		return err
	}
	results, err := a.gradeAll(ctx, s, g, w, f, formats)
	if err != nil {
		return err
	}
	a.recordAll(&s, w, results)
	if before != nil {
		return a.regressed(ctx, before, results, s.course)
	}
	return w.judge(results, f.minimum)
}

// shard keeps of a wish the part that --shard names.
func (a *app) shard(w *wish, f verifyFlags) error {
	part, err := parseShard(f.shard)
	if err != nil {
		return err
	}
	seconds, err := a.times(f.times)
	if err != nil {
		return err
	}
	w.chosen = part.of(w.chosen, seconds)
	return nil
}

// since keeps of a wish what changed since --since, and returns how that was;
// nil without the flag.
func (a *app) since(ctx context.Context, s session, g *grader.Grader, w *wish, f verifyFlags) (*past, error) {
	if f.since == "" {
		return nil, nil
	}
	p, err := a.at(ctx, g, s.dir, f.since)
	if err != nil {
		return nil, err
	}
	if w.chosen, err = p.differing(g, w.chosen); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// regressed tells which exercises passed before and fail now; only these make
// a verify since a revision fail.
func (a *app) regressed(ctx context.Context, before *past, results []verdict.Result, c *course.Course) error {
	list, err := before.regressions(ctx, results, c)
	if err != nil {
		return err
	}
	for _, id := range list {
		a.errs().Note(id + " passed at " + before.ref + " and fails now")
	}
	if len(list) > 0 {
		return errRed
	}
	return nil
}

// gradeAll grades what is wished for and writes it in every format.
func (a *app) gradeAll(ctx context.Context, s session, g *grader.Grader, w wish, f verifyFlags, formats []written) ([]verdict.Result, error) {
	began := a.Now()
	out, wanted := text(formats)
	lines := report.NewLineWriter(out, w.names(), a.Width, report.NewPalette(out.terminal && a.mayColour()))
	results, err := g.GradeFolders(ctx, w.folders(), grader.Options{Seed: f.seed, Fresh: f.fresh || f.seed != 0, Strict: f.strict, Judged: lines.Add})
	if err != nil {
		return nil, err
	}
	all := withUnstarted(s.course, results)
	if err := lines.Close(verdict.Summarize(all)); err != nil {
		return nil, out.finish(err)
	}
	if wanted {
		a.explain(out, s, results)
	}
	if a.plain(formats) {
		return results, writeAll(formats, verdict.Document{})
	}
	d, err := a.document(ctx, g, all, began)
	if err != nil {
		return nil, err
	}
	a.summarize(d)
	return results, writeAll(formats, d)
}

// wish is what one verify is about.
type wish struct {
	chosen   []*course.Exercise
	required map[string]bool          // ids that must pass whatever --min says
	changed  map[string]bool          // ids whose files differ from the starter
	read     map[string]grader.Folder // the files of all, by id
}

// folders are what is to be graded, as it was when it was chosen.
func (w wish) folders() []grader.Folder {
	out := make([]grader.Folder, len(w.chosen))
	for i, e := range w.chosen {
		out[i] = w.read[e.ID()]
	}
	return out
}

func (w wish) names() []string {
	out := make([]string, len(w.chosen))
	for i, e := range w.chosen {
		out[i] = e.ID()
	}
	return out
}

// choose finds what is asked for, in course order.
func choose(s session, g *grader.Grader, names []string, f verifyFlags) (wish, error) {
	w := wish{required: map[string]bool{}, changed: map[string]bool{}, read: map[string]grader.Folder{}}
	required, err := s.course.Match(f.require...)
	if err != nil {
		return w, err
	}
	named, err := s.course.Match(names...)
	if err != nil {
		return w, err
	}
	for _, e := range required {
		w.required[e.ID()] = true
	}
	if err := w.look(s, g); err != nil {
		return w, err
	}
	for _, e := range course.Order(s.course) {
		started := len(names) == 0 && (w.changed[e.ID()] || s.passed(e))
		everything := f.all || f.since != "" && len(names) == 0
		if everything || started || w.required[e.ID()] || slices.Contains(named, e) {
			w.chosen = append(w.chosen, e)
		}
	}
	return w, nil
}

// look reads the files of all exercises.
func (w wish) look(s session, g *grader.Grader) error {
	folders, err := g.Read(course.Order(s.course))
	if err != nil {
		return err
	}
	for _, f := range folders {
		id := f.Exercise.ID()
		w.read[id] = f
		started, err := f.Started()
		if err != nil {
			return err
		}
		w.changed[id] = started && !f.Missing()
	}
	return nil
}

func withUnstarted(c *course.Course, results []verdict.Result) []verdict.Result {
	var all []verdict.Result
	for _, e := range course.Order(c) {
		i := slices.IndexFunc(results, func(r verdict.Result) bool { return r.Exercise == e.ID() })
		if i >= 0 {
			all = append(all, results[i])
		} else {
			all = append(all, verdict.Result{Exercise: e.ID(), Status: verdict.Unstarted, Behaviours: []verdict.Behaviour{}})
		}
	}
	return all
}

// explain ends the lines: a single red exercise is shown in full, for others the
// command that does so is named.
func (a *app) explain(out destination, s session, results []verdict.Result) {
	p := a.printer(out, out.terminal)
	red := slices.IndexFunc(results, func(r verdict.Result) bool { return r.Status != verdict.Pass })
	switch {
	case len(results) == 0:
		p.Next("kata")
	case red >= 0 && len(results) == 1:
		p.Gap()
		p.Result(results[0], s.wayTo(results[0].Exercise))
	case red >= 0:
		p.Next("kata verify " + results[red].Exercise)
	}
}

// wayTo is what a learner types next to work on an exercise.
func (s session) wayTo(id string) string {
	if s.current().ID() == id {
		return report.Usual
	}
	return "kata start " + id + ", edit, then kata"
}

// judge turns results into the command's outcome.
func (w wish) judge(results []verdict.Result, minimum int) error {
	passed, required, ungraded := 0, true, 0
	for _, r := range results {
		switch {
		case r.Status == verdict.Pass:
			passed++
		case r.Status == verdict.Error:
			ungraded++
		}
		required = required && (r.Status == verdict.Pass || !w.required[r.Exercise])
	}
	enough := passed == len(results) // a skipped exercise was asked for and did not pass
	if minimum > 0 {
		enough = passed >= minimum
	}
	switch {
	case enough && required:
		return nil
	case ungraded > 0:
		return errUngraded
	}
	return errRed
}

// recordAll writes all verdicts into the progress at once, unless it has them
// already. A workspace that cannot be written, as in CI, does not change the
// outcome.
func (a *app) recordAll(s *session, w wish, results []verdict.Result) {
	now := a.Now()
	noted := func(st *progress.State, r verdict.Result) progress.Exercise {
		x := st.Exercise(r.Exercise)
		note(&x, graded{r, w.changed[r.Exercise]}, now)
		return x
	}
	if !slices.ContainsFunc(results, func(r verdict.Result) bool {
		return !reflect.DeepEqual(noted(&s.state, r), s.state.Exercise(r.Exercise))
	}) {
		return
	}
	err := a.save(s, func(st *progress.State) error {
		for _, r := range results {
			st.Set(r.Exercise, noted(st, r))
		}
		return nil
	})
	if err != nil {
		_, mend := outcome(context.Background(), err)
		a.errs().Note(err.Error())
		a.errs().Note(mend)
	}
}
