package cli

import (
	"context"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
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
			passed, err := a.next(c.Context(), &s, seed)
			if err == nil && !passed && exitCode {
				return errRed
			}
			return err
		},
	}
	c.Flags().BoolVar(&exitCode, "exit-code", false, "exit with 1 while the exercise does not pass")
	c.Flags().BoolVar(&skip, "skip", false, "move on without passing")
	c.Flags().Uint64Var(&seed, "seed", 0, "repeat a run with its `seed`")
	return c
}

// next is one turn of the conversation.
func (a *app) next(ctx context.Context, s *session, seed uint64) (passed bool, err error) {
	e := s.current()
	a.introduce(*s, e)
	r, err := a.grade(ctx, *s, e, grader.Options{Seed: seed})
	if err != nil {
		return false, err
	}
	return a.conclude(s, e, r)
}

// introduce shows an exercise's brief at the first meeting, later its title.
func (a *app) introduce(s session, e *course.Exercise) {
	out := a.out()
	if len(s.state.Exercises) == 0 {
		out.Welcome(s.tally())
	}
	if met := s.state.Exercise(e.ID()).Attempts > 0; met {
		out.Title(view(e), s.tally())
	} else {
		out.Brief(view(e), s.tally())
	}
}

func (a *app) grade(ctx context.Context, s session, e *course.Exercise, o grader.Options) (verdict.Result, error) {
	g, err := a.grader(s.dir)
	if err != nil {
		return verdict.Result{}, err
	}
	results, err := g.Grade(ctx, []*course.Exercise{e}, o)
	if err != nil {
		return verdict.Result{}, err
	}
	return results[0], nil
}

// conclude records a result and shows it; after a pass it moves on.
func (a *app) conclude(s *session, e *course.Exercise, r verdict.Result) (passed bool, err error) {
	again := s.passed(e)
	if err := a.record(s, e, r); err != nil {
		a.out().Result(r) // the verdict is worth more than its record
		return r.Status == verdict.Pass, err
	}
	if r.Status != verdict.Pass {
		a.out().Result(r)
		return false, nil
	}
	notes, err := e.Notes()
	if err != nil {
		return true, err
	}
	a.out().Passed(r, notes, s.praise(e, again))
	return true, a.moveOn(s, e)
}

// moveOn makes the next exercise that has not passed the current one, and
// shows it, or the finish.
func (a *app) moveOn(s *session, from *course.Exercise) error {
	to := course.Next(s.course, from.ID(), func(id string) bool { return !s.state.Exercise(id).Passed.IsZero() })
	if to == nil {
		a.out().Finish(s.tally())
		return nil
	}
	if err := a.save(s, func(st *progress.State) error { st.Current = to.ID(); return nil }); err != nil {
		return err
	}
	a.out().Brief(view(to), s.tally())
	return nil
}

func (a *app) skip(s *session) error {
	e := s.current()
	to := course.Next(s.course, e.ID(), func(id string) bool { return !s.state.Exercise(id).Passed.IsZero() })
	if to == nil || to == e {
		return usage("kata list", "there is nothing after %s to move on to", e.ID())
	}
	return a.begin(s, to)
}

// record writes a verdict into the progress.
func (a *app) record(s *session, e *course.Exercise, r verdict.Result) error {
	now := a.Now()
	return a.save(s, func(st *progress.State) error {
		st.Current = e.ID()
		x := st.Exercise(e.ID())
		note(&x, r, now)
		st.Set(e.ID(), x)
		return nil
	})
}

// note writes a verdict into one exercise's record.
func note(x *progress.Exercise, r verdict.Result, now time.Time) {
	if x.Started.IsZero() {
		x.Started = now
	}
	if !r.Cached || x.Attempts == 0 {
		x.Attempts++
	}
	x.Status, x.Seed, x.Seconds = string(r.Status), r.Seed, r.Seconds
	x.BehavioursPassed, x.BehavioursTotal = r.Count()
	if r.Status == verdict.Pass && x.Passed.IsZero() {
		x.Passed = now
	}
}
