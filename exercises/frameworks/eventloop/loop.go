// Package eventloop runs scripts on a loop like that of Node.js: one callback
// at a time.
package eventloop

import "time"

// Loop runs callbacks.
type Loop struct {
	ticks      []func()
	promises   []func() // callbacks of promises that are settled
	timers     []*timer
	immediates []func()
	working    int           // calls of Go that have not ended
	finished   chan struct{} // one for each that has
	unhandled  func(error)
}

type timer struct {
	at  time.Time
	f   func()
	off bool
}

// New returns a loop that has nothing to do.
func New() *Loop { return &Loop{finished: make(chan struct{}, 1000), unhandled: func(error) {}} }

// NextTick runs f when the callback that runs now has ended.
func (l *Loop) NextTick(f func()) { l.ticks = append(l.ticks, f) }

// SetTimeout runs f when d has passed, unless it is called off before.
func (l *Loop) SetTimeout(d time.Duration, f func()) (off func()) {
	t := &timer{at: time.Now().Add(d), f: f}
	l.timers = append(l.timers, t)
	return func() { t.off = true }
}

// SetImmediate runs f at the end of the round.
func (l *Loop) SetImmediate(f func()) { l.immediates = append(l.immediates, f) }

// OnUnhandled reports errors of promises that nobody handles to f.
func (l *Loop) OnUnhandled(f func(error)) { l.unhandled = f }

// Go runs work beside the loop, and returns a promise of its result.
func (l *Loop) Go(work func() (any, error)) *Promise {
	p, resolve, reject := l.Promise()
	l.working++
	go func() {
		if v, err := work(); err != nil {
			reject(err)
		} else {
			resolve(v)
		}
		l.settle() // the loop waits, so let the result's callbacks run
		l.finished <- struct{}{}
	}()
	return p
}

// Run runs script, and what comes of it, to the end.
func (l *Loop) Run(script func()) {
	script()
	l.settle()
	for len(l.timers)+len(l.immediates)+l.working > 0 {
		l.wait()
		l.runTimers()
		l.settle()
		for len(l.immediates) > 0 {
			f := l.immediates[0]
			l.immediates = l.immediates[1:]
			f()
		}
		l.settle()
	}
}

// settle runs what goes before everything else.
func (l *Loop) settle() {
	ticks := l.ticks
	l.ticks = nil
	for _, f := range ticks {
		f()
	}
	for len(l.promises) > 0 {
		f := l.promises[0]
		l.promises = l.promises[1:]
		f()
	}
	if len(l.ticks) > 0 {
		l.settle()
	}
}

// wait waits until there is something to do.
func (l *Loop) wait() {
	if len(l.immediates) > 0 {
		return
	}
	if len(l.timers) == 0 {
		<-l.finished
		l.working--
		return
	}
	select {
	case <-l.finished:
		l.working--
	case <-time.After(time.Until(l.timers[0].at)):
	}
}

func (l *Loop) runTimers() {
	for len(l.timers) > 0 && !l.timers[0].at.After(time.Now()) {
		t := l.timers[0]
		l.timers = l.timers[1:]
		if !t.off {
			t.f()
		}
	}
}
