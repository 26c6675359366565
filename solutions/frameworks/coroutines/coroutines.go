// Package coroutines runs functions at the same time in scopes that none of
// them outlives.
package coroutines

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrEnded is what Await returns for what was started in a scope that had ended.
var ErrEnded = errors.New("coroutines: the scope has ended")

// Scope is what runs at the same time on behalf of one call of Run, Supervise
// or Timeout: its body, and what was launched in it.
type Scope struct {
	ctx        context.Context
	cancel     context.CancelCauseFunc // the first cause is kept
	supervised bool

	mu       sync.Mutex
	running  int // the body and the launched that have not ended
	failures []error
	ended    chan struct{}
}

// Run calls body and returns when it and all that was launched in its scope
// have ended. The first failure cancels the rest, and Run returns it.
func Run(ctx context.Context, body func(s *Scope) error) error { return run(ctx, false, body) }

// Supervise is Run, but what was launched may fail without disturbing the rest;
// it returns all failures, joined.
func Supervise(ctx context.Context, body func(s *Scope) error) error { return run(ctx, true, body) }

// Timeout is Run that is cancelled after d.
func Timeout(ctx context.Context, d time.Duration, body func(s *Scope) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return Run(ctx, body)
}

func run(ctx context.Context, supervised bool, body func(s *Scope) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &Scope{ctx: ctx, cancel: cancel, supervised: supervised, running: 1, ended: make(chan struct{})}
	if err := body(s); err != nil {
		cancel(err)
	}
	s.leave(nil)
	<-s.ended
	return errors.Join(append(s.failures, context.Cause(ctx))...)
}

// Context is cancelled when the scope is.
func (s *Scope) Context() context.Context { return s.ctx }

// Launch calls f at the same time. On a scope that has ended it does nothing.
func (s *Scope) Launch(f func(ctx context.Context) error) { s.start(f) }

// start reports whether f was started: the scope had not ended.
func (s *Scope) start(f func(ctx context.Context) error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == 0 {
		return false
	}
	s.running++
	go func() { s.leave(f(s.ctx)) }()
	return true
}

// leave notes that one of the running has ended, and how.
func (s *Scope) leave(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil && s.supervised:
		s.failures = append(s.failures, err)
	case err != nil:
		s.cancel(err)
	}
	s.running--
	if s.running == 0 {
		close(s.ended)
	}
}

// Deferred is a result that is being worked on.
type Deferred[T any] struct {
	done  chan struct{} // closed when the two below are final
	value T
	err   error
}

// Async launches f and returns its result to be.
func Async[T any](s *Scope, f func(ctx context.Context) (T, error)) *Deferred[T] {
	d := &Deferred[T]{done: make(chan struct{})}
	started := s.start(func(ctx context.Context) error {
		defer close(d.done)
		d.value, d.err = f(ctx)
		return d.err
	})
	if !started {
		d.err = ErrEnded
		close(d.done)
	}
	return d
}

// Await returns the result when there is one, or ctx's error when ctx ends
// before. It may be called by any number of goroutines.
func (d *Deferred[T]) Await(ctx context.Context) (T, error) {
	select {
	case <-d.done:
		return d.value, d.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
