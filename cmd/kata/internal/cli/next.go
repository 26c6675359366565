package cli

import (
	"cmp"
	"context"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/kata-go/kata/grader/report"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/spf13/cobra"
)

func nextCommand(a *app) *cobra.Command {
	var exitCode, skip bool
	var seed uint64
	c := &cobra.Command{
		Use:   "next",
		Short: "Grade the current exercise and move on when it passes",
		Long: `Run the hidden tests of the current exercise. When they pass, mark it and move
to the next one; when not, show what holds and the first failure.

next is a conversation: it exits 0 whenever it could grade.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			if skip {
				return a.skip(&s)
			}
			r, err := a.next(c.Context(), &s, seed)
			switch {
			case err != nil:
				return err
			case r.Status == verdict.Error:
				return errUngraded
			case exitCode && r.Status != verdict.Pass:
				return errRed
			}
			return nil
		},
	}
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 while the exercise does not pass")
	c.Flags().BoolVar(&skip, "skip", false, "move on without passing")
	c.Flags().Uint64Var(&seed, "seed", 0, "repeat a run with the seed `N`")
	return c
}

// next is one turn of the conversation. The brief is shown at the first meeting
// only, and before the run, which it gives something to read to.
func (a *app) next(ctx context.Context, s *session, seed uint64) (verdict.Result, error) {
	e, known := s.current(), *s
	if len(s.state.Exercises) == 0 {
		a.out().Welcome(s.tally())
	}
	if !s.met(e) {
		a.out().Brief(view(e), s.tally())
	}
	r, err := a.gradeAloud(ctx, s.dir, e, grader.Options{Seed: seed, Fresh: seed != 0})
	if err != nil {
		return verdict.Result{}, err
	}
	unsaved := a.record(s, e, r)
	if known.met(e) && r.Status != verdict.Pass {
		a.out().Title(view(e), known.tally())
	}
	if !known.met(e) || r.Status != verdict.Pass {
		a.out().Gap()
	}
	if r.Status != verdict.Pass {
		a.out().Result(r.Result, report.Usual)
		return r.Result, unsaved
	}
	if err := a.praise(*s, e, r.Result, known.passed(e)); err != nil || unsaved != nil {
		return r.Result, cmp.Or(unsaved, err) // the verdict is worth more than its record
	}
	a.out().Gap()
	return r.Result, a.moveOn(s, e)
}

// praise shows a pass and the beginning of the notes.
func (a *app) praise(s session, e *course.Exercise, r verdict.Result, again bool) error {
	notes, err := e.Notes()
	if err != nil {
		return err
	}
	a.out().Passed(r, notes, s.remark(e, again))
	return nil
}

// moveOn makes the next exercise that has not passed the current one, and
// shows it, or the finish.
func (a *app) moveOn(s *session, from *course.Exercise) error {
	to := s.after(from)
	if to == nil {
		a.out().Finish(s.tally())
		return nil
	}
	return a.begin(s, to)
}

func (a *app) skip(s *session) error {
	e := s.current()
	to := s.after(e)
	if to == nil {
		return usage("kata list", "there is nothing to move on to: everything but %s has passed", e.ID())
	}
	return a.begin(s, to)
}

// after is the next exercise that has not passed, nil when none is left.
func (s session) after(e *course.Exercise) *course.Exercise {
	return course.Next(s.course, e.ID(), func(id string) bool { return !s.state.Exercise(id).Passed.IsZero() })
}

// begin makes e the current exercise and shows its brief.
func (a *app) begin(s *session, e *course.Exercise) error {
	if err := a.enter(s, e); err != nil {
		return err
	}
	a.out().Brief(view(e), s.tally())
	a.out().Next(report.Usual)
	return nil
}

// enter makes e the current exercise, whose brief the learner knows from now
// on.
func (a *app) enter(s *session, e *course.Exercise) error {
	now := a.Now()
	return a.save(s, func(st *progress.State) error {
		st.Current = e.ID()
		x := st.Exercise(e.ID())
		if x.Started.IsZero() {
			x.Started = now
		}
		st.Set(e.ID(), x)
		return nil
	})
}
