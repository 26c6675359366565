package cli

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
	"github.com/kata-go/kata/grader/watch"
	"github.com/spf13/cobra"
)

func watchCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "watch [NAME]",
		Short: "Grade the current exercise on every save",
		Long: `Grade the current exercise on every save. A save during a run cancels it and
runs again.

Keys: h hint, n next exercise (after a pass), l list, r run, d diff,
s solution (after a pass), b brief, x reset, q quit.`,
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

// watch serves until q or an interrupt; without a terminal, where the end of
// the input is no command, it may be for ever.
func (a *app) watch(ctx context.Context, s *session) error {
	restore, err := a.rawTerminal()
	if err != nil {
		return broken("kata verify, or kata watch in another terminal", "prepare the terminal: %w", err)
	}
	defer restore()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	end, err := a.keepServers(s.dir)
	if err != nil {
		return err
	}
	defer end()
	keys := readKeys(ctx, a.Stdin)
	for {
		w := &watching{app: a, session: s, exercise: s.current()}
		if err := w.serve(ctx, keys); errors.Is(err, errQuit) {
			return nil
		} else if !errors.Is(err, errElsewhere) {
			return err
		}
	}
}

// keepServers has all gradings until end use the same servers, so that a save
// waits for none to start.
func (a *app) keepServers(workspace string) (end func(), err error) {
	g, err := a.grader(workspace)
	if err != nil {
		return nil, err
	}
	a.servers = services.New(g.ServiceConfig())
	return a.servers.Close, nil
}

// Where a key leads to, beside staying.
var (
	errElsewhere = errors.New("another exercise or folder is to be watched")
	errQuit      = errors.New("the watch is over")
)

// watching is kata watch at one exercise.
type watching struct {
	*app
	session  *session
	exercise *course.Exercise
	now      chan struct{} // asks for a run
	slow     chan struct{} // tells that a run takes long
	results  chan judged
	passed   bool

	keep      bool // what the screen shows is not read yet: the verdict goes below
	announced bool // the last line says that a run takes long
}

// judged is the end of one run.
type judged struct {
	graded
	err   error
	early bool // the files may still change: it comes again once they have settled
	shown bool // it has come early
}

// early tells whether a verdict is worth showing before the files have settled:
// the compiler's message about a line of them. A half written file, which has a
// syntax error or lacks what others use, waits.
func early(r verdict.Result) bool {
	p := r.Problem
	return p != nil && p.Kind == verdict.Compile && p.Line > 0 && !strings.HasPrefix(p.Message, "syntax error")
}

// serve watches one exercise until the learner goes elsewhere or quits.
func (w *watching) serve(ctx context.Context, keys <-chan key) error {
	inner, leave := context.WithCancel(ctx)
	dir := filepath.Join(w.session.dir, filepath.FromSlash(w.exercise.Dir()))
	changes, polling, err := watch.Files(inner, dir, filepath.Join(w.session.dir, ".kata", "watch"))
	if err != nil {
		leave()
		return broken("kata reset "+w.exercise.ID(), "%w", err)
	}
	w.greet(polling)
	w.now, w.slow, w.results = make(chan struct{}, 1), make(chan struct{}), make(chan judged)
	loop := watch.Loop{Settle: watch.Settle, Grade: w.grade}
	done := make(chan struct{})
	go func() { defer close(done); loop.Run(inner, changes, w.now) }()
	defer func() {
		leave()
		select {
		case <-done:
		case <-time.After(grace / 2): // it waits for another kata
		}
	}()
	defer w.idle()
	w.run()
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.slow:
			w.busy()
		case j := <-w.results:
			err = w.show(j)
		case k := <-keys:
			err = w.press(k)
		}
		if err != nil {
			return err
		}
	}
}

func (w *watching) greet(polling bool) {
	out := w.out()
	out.Clear(w.Terminal)
	if w.keep = !w.session.met(w.exercise); w.keep {
		out.Brief(view(w.exercise), w.session.tally())
	} else {
		out.Title(view(w.exercise), w.session.tally())
	}
	out.Watching(w.exercise.Dir(), polling)
	out.Keys()
}

// grade is the loop's run: it hands the result over, once the files have
// settled, unless a newer save has cancelled it, and then prepares the next.
func (w *watching) grade(ctx context.Context, settled <-chan struct{}) {
	tell := func() {
		select {
		case w.slow <- struct{}{}:
		case <-ctx.Done():
		}
	}
	r, err := w.app.grade(ctx, w.session.dir, w.exercise, grader.Options{}, tell)
	j := judged{graded: r, err: err}
	if err == nil && early(r.Result) {
		j.shown = w.offer(ctx, judged{graded: r, early: true})
	}
	select {
	case <-settled:
	case <-ctx.Done():
	}
	if ctx.Err() == nil && w.offer(ctx, j) { // of what was cancelled nothing is said
		w.prepare(ctx)
	}
}

// offer hands a verdict over unless ctx ends first.
func (w *watching) offer(ctx context.Context, j judged) bool {
	select {
	case w.results <- j:
		return true
	case <-ctx.Done():
		return false
	}
}

// prepare makes the next run quick. Without it that is only slower.
func (w *watching) prepare(ctx context.Context) {
	if g, err := w.app.grader(w.session.dir); err == nil {
		_ = g.Prepare(ctx, w.exercise)
	}
}

// show records a verdict that counts, and puts it on the screen unless it
// stands there already.
func (w *watching) show(j judged) error {
	if j.err != nil {
		return j.err
	}
	again := w.session.passed(w.exercise)
	var unsaved error
	if !j.early {
		unsaved = w.record(w.session, w.exercise, j.graded)
	}
	if !j.shown {
		if err := w.display(j.Result, again); err != nil {
			return err
		}
	}
	if unsaved != nil {
		w.complain(unsaved)
	}
	if !j.shown {
		w.out().Keys()
	}
	return nil
}

// display clears the screen for a verdict, or puts it below what is still to be
// read; again says that the exercise had passed before.
func (w *watching) display(r verdict.Result, again bool) error {
	w.passed = r.Status == verdict.Pass
	out := w.out()
	w.idle()
	if !w.keep || !w.Terminal {
		out.Clear(w.Terminal)
		out.Title(view(w.exercise), w.session.tally())
	}
	w.keep = false
	out.Gap()
	if w.passed {
		return w.praise(*w.session, w.exercise, r, again)
	}
	out.Result(r, "")
	return nil
}

// busy says once that a run takes long.
func (w *watching) busy() {
	if w.Terminal && !w.announced {
		w.announced = true
		w.out().Busy()
	}
}

// idle takes back what busy said.
func (w *watching) idle() {
	if w.announced {
		w.announced = false
		w.out().BusyOver()
	}
}

// below begins something new under what the screen shows.
func (w *watching) below() {
	w.idle()
	w.out().Gap()
}

// complain shows an error that need not end the watch.
func (w *watching) complain(err error) {
	_, hint := outcome(context.Background(), err)
	w.below()
	w.out().Error(err.Error(), hint)
}

func (w *watching) run() {
	select {
	case w.now <- struct{}{}:
	default: // one is asked for already
	}
}
