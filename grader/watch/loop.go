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

// Settle is how long files must stay unchanged before a run starts: editors
// write a file in several steps.
const Settle = 80 * time.Millisecond

// Loop runs Grade once for every burst of changes.
type Loop struct {
	Settle time.Duration // quiet time that ends a burst; see the constant Settle
	Grade  func(ctx context.Context)
}

// Run serves until ctx ends and every run has returned. A change cancels the
// run under way at once and starts another when the burst has settled: the
// trailing edge decides, so that the last save is never lost. A value on now
// starts a run without waiting.
func (l Loop) Run(ctx context.Context, changes, now <-chan struct{}) {
	settled := time.NewTimer(0)
	if !settled.Stop() {
		<-settled.C
	}
	var current running
	defer func() { current.stop() }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes:
			current.cancel()
			settled.Reset(l.Settle)
		case <-settled.C:
			current.stop()
			current = start(ctx, l.Grade)
		case <-now:
			settled.Stop()
			current.stop()
			current = start(ctx, l.Grade)
		}
	}
}

// running is one call of Grade; its zero value is none.
type running struct {
	abandon context.CancelFunc
	done    chan struct{}
}

func start(ctx context.Context, grade func(context.Context)) running {
	ctx, cancel := context.WithCancel(ctx)
	r := running{cancel, make(chan struct{})}
	go func() {
		defer close(r.done)
		defer cancel()
		grade(ctx)
	}()
	return r
}

func (r running) cancel() {
	if r.abandon != nil {
		r.abandon()
	}
}

// stop cancels and waits, so that two runs never overlap.
func (r running) stop() {
	if r.abandon != nil {
		r.abandon()
		<-r.done
	}
}
