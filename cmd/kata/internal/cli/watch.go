package cli

import (
	"context"
	"path/filepath"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/kata-go/kata/grader/watch"
	"github.com/spf13/cobra"
)

func watchCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "watch [NAME]",
		Short: "Grade the current exercise on every save",
		Long: `Grade the current exercise on every save. A save during a run cancels it and
runs again. Keys: h hint, n next, l list, r run, d diff, s solution, x reset,
b brief, q quit.`,
		Args:              oneArg,
		ValidArgsFunction: completeNames(a),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			if len(args) > 0 {
				e, err := s.entrance(args[0])
				if err != nil {
					return err
				}
				s.state.Current = e.ID()
			}
			return a.watch(c.Context(), &s)
		},
	}
}

// watch serves until q, an interrupt or, without a terminal, for ever.
func (a *app) watch(ctx context.Context, s *session) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	restore, err := a.rawTerminal()
	if err != nil {
		return broken("kata verify, or kata watch in another terminal", "prepare the terminal: %w", err)
	}
	defer restore()
	keys := readKeys(ctx, a.Stdin)
	for ctx.Err() == nil {
		w := &watching{app: a, session: s, exercise: s.current(), quit: quit}
		if err := w.serve(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}

// judged is the end of one run.
type judged struct {
	result verdict.Result
	err    error
}

// watching is kata watch at one exercise.
type watching struct {
	*app
	session  *session
	exercise *course.Exercise
	quit     context.CancelFunc
	leave    context.CancelFunc // ends the watch of this exercise
	now      chan struct{}
	passed   bool
}

// serve watches one exercise until the learner goes elsewhere or quits.
func (w *watching) serve(ctx context.Context, keys <-chan key) error {
	ctx, w.leave = context.WithCancel(ctx)
	defer w.leave()
	dir := filepath.Join(w.session.dir, filepath.FromSlash(w.exercise.Dir()))
	changes, polling, err := watch.Files(ctx, dir, filepath.Join(w.session.dir, ".kata", "watch"))
	if err != nil {
		return broken("kata reset "+w.exercise.ID(), "%w", err)
	}
	w.greet(polling)
	results := make(chan judged)
	w.now = make(chan struct{}, 1)
	loop := watch.Loop{Settle: watch.Settle, Grade: w.grading(results)}
	done := make(chan struct{})
	go func() { defer close(done); loop.Run(ctx, changes, w.now) }()
	defer func() { w.leave(); <-done }()
	w.now <- struct{}{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-results:
			if err := w.show(j); err != nil {
				return err
			}
		case k := <-keys:
			if err := w.press(k); err != nil {
				return err
			}
		}
	}
}

func (w *watching) greet(polling bool) {
	out := w.out()
	out.Clear(w.Terminal)
	if w.session.state.Exercise(w.exercise.ID()).Attempts == 0 {
		out.Brief(view(w.exercise), w.session.tally())
	}
	out.Watching(w.exercise.Dir(), polling)
}

// grading returns the loop's run: it hands the result over unless a newer save
// has cancelled it.
func (w *watching) grading(results chan<- judged) func(context.Context) {
	return func(ctx context.Context) {
		r, err := w.app.grade(ctx, *w.session, w.exercise, grader.Options{})
		if ctx.Err() != nil {
			return
		}
		select {
		case results <- judged{r, err}:
		case <-ctx.Done():
		}
	}
}

func (w *watching) show(j judged) error {
	if j.err != nil {
		return j.err
	}
	again := w.session.passed(w.exercise)
	if err := w.record(w.session, w.exercise, j.result); err != nil {
		w.out().Note(err.Error())
	}
	w.passed = j.result.Status == verdict.Pass
	out := w.out()
	out.Clear(w.Terminal)
	out.Title(view(w.exercise), w.session.tally())
	if !w.passed {
		out.Result(j.result)
		out.Keys()
		return nil
	}
	notes, err := w.exercise.Notes()
	if err != nil {
		return err
	}
	out.Passed(j.result, notes, w.session.praise(w.exercise, again))
	out.Keys()
	return nil
}

// press obeys one key.
func (w *watching) press(k key) error {
	switch k {
	case 'q', interrupt:
		w.quit()
	case 'r', '\r', '\n':
		w.run()
	case 'h':
		return w.hint(w.session, w.exercise, false)
	case 'b':
		w.out().Brief(view(w.exercise), w.session.tally())
	case 'd':
		return w.diff(*w.session, w.exercise)
	case 'l':
		tracks, err := rows(*w.session, nil)
		if err != nil {
			return err
		}
		w.out().List(tracks)
	case 's':
		if !w.passed {
			w.out().Note("the solution is shown after a pass; kata solution --spoil shows it now")
			return nil
		}
		return w.solution(w.exercise)
	case 'x':
		if err := w.reset(*w.session, w.exercise); err != nil {
			return err
		}
		w.leave() // the folder is another one now: watch it anew
	case 'n':
		return w.next()
	}
	return nil
}

func (w *watching) run() {
	select {
	case w.now <- struct{}{}:
	default: // one is asked for already
	}
}

// next goes to the next exercise once this one has passed.
func (w *watching) next() error {
	if !w.passed {
		w.out().Note("this one does not pass yet; kata next --skip leaves it for later")
		return nil
	}
	before := w.session.state.Current
	if err := w.moveOn(w.session, w.exercise); err != nil {
		return err
	}
	if w.session.state.Current == before { // nothing is left
		w.quit()
		return nil
	}
	w.leave()
	return nil
}
