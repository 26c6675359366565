package cli

import (
	"context"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/progress"
	"github.com/kata-go/kata/grader/verdict"
)

// graded is a verdict and whether it is on more than the starter.
type graded struct {
	verdict.Result
	changed bool
}

// slow is how long a run may take before the learner is told that it goes on.
const slow = 700 * time.Millisecond

// grade judges one exercise. When that takes long, tell is called once.
func (a *app) grade(ctx context.Context, workspace string, e *course.Exercise, o grader.Options, tell func()) (graded, error) {
	g, err := a.grader(workspace)
	if err != nil {
		return graded{}, err
	}
	folders, err := g.Read([]*course.Exercise{e})
	if err != nil {
		return graded{}, err
	}
	changed, err := folders[0].Started()
	if err != nil {
		return graded{}, err
	}
	over := whenSlow(tell)
	defer over()
	results, err := g.GradeFolders(ctx, folders, o)
	if err != nil {
		return graded{}, err
	}
	return graded{results[0], changed}, nil
}

// gradeAloud is grade with a line on the terminal while it takes long.
func (a *app) gradeAloud(ctx context.Context, workspace string, e *course.Exercise, o grader.Options) (graded, error) {
	told := false
	r, err := a.grade(ctx, workspace, e, o, func() {
		if told = a.Terminal && a.ErrTerminal; told {
			a.errs().Busy()
		}
	})
	if told {
		a.errs().BusyOver()
	}
	return r, err
}

// whenSlow calls tell unless over is called before. Once over has returned,
// tell is not running any more.
func whenSlow(tell func()) (over func()) {
	told := make(chan struct{})
	timer := time.AfterFunc(slow, func() { defer close(told); tell() })
	return func() {
		if !timer.Stop() {
			<-told
		}
	}
}

// record writes a verdict on the current exercise into the progress.
func (a *app) record(s *session, e *course.Exercise, r graded) error {
	now := a.Now()
	return a.save(s, func(st *progress.State) error {
		st.Current = e.ID()
		x := st.Exercise(e.ID())
		if x.Started.IsZero() {
			x.Started = now
		}
		note(&x, r, now)
		st.Set(e.ID(), x)
		return nil
	})
}

// note writes a verdict into one exercise's record. The starter's own verdict
// is no attempt, and neither is one that was known already.
func note(x *progress.Exercise, r graded, now time.Time) {
	judged := r.Status == verdict.Pass || r.Status == verdict.Fail
	if judged && r.changed && (!r.Cached || x.Attempts == 0) {
		x.Attempts++
	}
	if r.changed && x.Started.IsZero() {
		x.Started = now
	}
	x.Status, x.Seed, x.Seconds = string(r.Status), r.Seed, r.Seconds
	x.BehavioursPassed, x.BehavioursTotal = r.Count()
	if r.Status == verdict.Pass && x.Passed.IsZero() {
		x.Passed = now
		x.FirstTry = x.Attempts <= 1 && x.Hints == 0
	}
}
