// Package eventloop runs scripts on a loop like that of Node.js: one callback
// at a time.
package eventloop

import (
	"slices"
	"sync"
	"time"
)

// Loop runs callbacks. All its fields but those after mu belong to the
// goroutine of Run.
type Loop struct {
	ticks      []func()
	promises   []func() // callbacks of promises that are settled
	timers     []*timer // by their time; of the same time, the first set first
	immediates []func()
	rejected   []*Promise // in this turn
	unhandled  func(error)
	working    int // calls of Go whose results have not been taken

	mu       sync.Mutex
	finished []func()      // what work has left for the loop
	wake     chan struct{} // holds one when finished is not empty
}

type timer struct {
	at  time.Time
	f   func()
	off bool
}

// New returns a loop that has nothing to do.
func New() *Loop { return &Loop{wake: make(chan struct{}, 1), unhandled: func(error) {}} }

// NextTick runs f when the callback that runs now has ended.
func (l *Loop) NextTick(f func()) { l.ticks = append(l.ticks, f) }

// SetTimeout runs f when d has passed, unless it is called off before.
func (l *Loop) SetTimeout(d time.Duration, f func()) (off func()) {
	t := &timer{at: time.Now().Add(d), f: f}
	at, _ := slices.BinarySearchFunc(l.timers, t, func(old, t *timer) int {
		if old.at.After(t.at) {
			return 1
		}
		return -1 // one of the same time goes before
	})
	l.timers = slices.Insert(l.timers, at, t)
	return func() {
		t.off = true
		l.timers = slices.DeleteFunc(l.timers, func(other *timer) bool { return other == t })
	}
}

// SetImmediate runs f at the end of the round.
func (l *Loop) SetImmediate(f func()) { l.immediates = append(l.immediates, f) }

// OnUnhandled reports errors of promises that nobody handles to f.
func (l *Loop) OnUnhandled(f func(error)) { l.unhandled = f }

// Go runs work beside the loop, and returns a promise of its result. Only the
// loop settles that.
func (l *Loop) Go(work func() (any, error)) *Promise {
	p, _, _ := l.Promise()
	l.working++
	go func() {
		v, err := work()
		l.finish(func() {
			l.working--
			p.settle(v, err)
		})
	}()
	return p
}

func (l *Loop) finish(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finished = append(l.finished, f)
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Run runs script, and what comes of it, to the end.
func (l *Loop) Run(script func()) {
	l.call(script)
	for len(l.timers)+len(l.immediates)+l.working > 0 {
		if len(l.immediates) == 0 {
			l.wait()
		}
		l.round()
	}
}

// wait waits until a timer is due or work is finished.
func (l *Loop) wait() {
	var due <-chan time.Time
	if len(l.timers) > 0 {
		timer := time.NewTimer(time.Until(l.timers[0].at))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-l.wake:
	}
}

// round runs each kind as it is when its turn comes.
func (l *Loop) round() {
	for _, t := range l.takeDue() {
		if !t.off {
			l.call(t.f)
		}
	}
	for _, f := range l.takeFinished() {
		l.call(f)
	}
	immediates := l.immediates
	l.immediates = nil
	for _, f := range immediates {
		l.call(f)
	}
}

func (l *Loop) takeDue() []*timer {
	now, n := time.Now(), 0
	for n < len(l.timers) && !l.timers[n].at.After(now) {
		n++
	}
	due := slices.Clone(l.timers[:n])
	l.timers = slices.Delete(l.timers, 0, n)
	return due
}

func (l *Loop) takeFinished() []func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	finished := l.finished
	l.finished = nil
	select {
	case <-l.wake:
	default:
	}
	return finished
}

// call runs one callback and whatever must run before the next.
func (l *Loop) call(f func()) {
	f()
	for len(l.ticks)+len(l.promises)+len(l.rejected) > 0 {
		drain(&l.ticks)
		drain(&l.promises)
		if len(l.ticks) == 0 {
			l.report()
		}
	}
}

// drain runs a queue until it is empty, with what is added meanwhile.
func drain(queue *[]func()) {
	for len(*queue) > 0 {
		f := (*queue)[0]
		*queue = (*queue)[1:]
		f()
	}
}

// report tells of the turn's errors that have found no callback.
func (l *Loop) report() {
	rejected := l.rejected
	l.rejected = nil
	for _, p := range rejected {
		if !p.handled {
			l.unhandled(p.err)
		}
	}
}
