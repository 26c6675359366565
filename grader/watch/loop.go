// Package watch turns a learner's saves into runs: file events, from the
// system or by polling, into a debounced loop that cancels a run which a newer
// save has made worthless.
//
// It must not know what a run does.
package watch

import (
	"context"
	"time"
)

// Settle is how long files must stay unchanged before what a run found may be
// shown: editors write a file in several steps.
const Settle = 80 * time.Millisecond

// Loop runs Grade for every change, and lets the last run of a burst speak.
type Loop struct {
	Settle time.Duration // quiet time that ends a burst; see the constant Settle

	// Grade does one run. What it finds counts once settled is closed: until
	// then a file may be half written, and ctx may end with the next change.
	Grade func(ctx context.Context, settled <-chan struct{})
}

// Run serves until ctx ends and every run has returned. A change cancels the
// run under way and starts another at once, so that the quiet time is not lost;
// the trailing edge decides which one is shown, so that the last save is never
// lost. A value on now starts a run that need not settle. No two runs overlap.
func (l Loop) Run(ctx context.Context, changes, now <-chan struct{}) {
	quiet := time.NewTimer(0)
	if !quiet.Stop() {
		<-quiet.C
	}
	current := running{abandon: func() {}, settled: make(chan struct{}), done: closed}
	defer func() { current.abandon(); <-current.done }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
			current = l.after(ctx, current)
			quiet.Reset(l.Settle)
		case <-quiet.C:
			close(current.settled)
		case <-now:
			quiet.Stop()
			current = l.after(ctx, current)
			close(current.settled)
		}
	}
}

// running is one call of Grade.
type running struct {
	abandon       context.CancelFunc
	settled, done chan struct{}
}

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// after cancels a run and starts another when that has returned.
func (l Loop) after(ctx context.Context, old running) running {
	old.abandon()
	ctx, cancel := context.WithCancel(ctx)
	r := running{cancel, make(chan struct{}), make(chan struct{})}
	go func() {
		defer close(r.done)
		defer cancel()
		if <-old.done; ctx.Err() == nil {
			l.Grade(ctx, r.settled)
		}
	}()
	return r
}
