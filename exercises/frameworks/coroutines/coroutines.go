// Package coroutines runs functions at the same time in scopes that none of
// them outlives.
package coroutines

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Scope is what runs at the same time on behalf of one call of Run, Supervise
// or Timeout: its body, and what was launched in it.
type Scope struct {
	ctx  context.Context
	wg   sync.WaitGroup
	errs chan error
}

// Run calls body and returns when it and all that was launched in its scope
// have ended. The first failure cancels the rest, and Run returns it.
func Run(ctx context.Context, body func(s *Scope) error) error {
	return run(ctx, body, func(errs []error) bool { return len(errs) > 0 })
}

// Supervise is Run, but what was launched may fail without disturbing the rest;
// it returns all failures, joined.
func Supervise(ctx context.Context, body func(s *Scope) error) error {
	return run(ctx, body, func([]error) bool { return false })
}

// run collects failures until enough says so, or everything has ended.
func run(ctx context.Context, body func(s *Scope) error, enough func([]error) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // whatever happens, nobody goes on
	s := &Scope{ctx: ctx, errs: make(chan error, 16)}
	if err := body(s); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	var errs []error
	for !enough(errs) {
		select {
		case err := <-s.errs:
			errs = append(errs, err)
		case <-done:
			return errors.Join(errs...)
		}
	}
	return errors.Join(errs...)
}

// Timeout is Run that is cancelled after d.
func Timeout(ctx context.Context, d time.Duration, body func(s *Scope) error) error {
	result := make(chan error, 1)
	go func() { result <- Run(ctx, body) }()
	select {
	case err := <-result:
		return err
	case <-time.After(d):
		return context.DeadlineExceeded
	}
}

// Context is cancelled when the scope is.
func (s *Scope) Context() context.Context { return s.ctx }

// Launch calls f at the same time.
func (s *Scope) Launch(f func(ctx context.Context) error) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		err := f(s.ctx)
		if err != nil && !errors.Is(err, context.Canceled) { // cancelled is not failed
			s.errs <- err
		}
	}()
}

// Deferred is a result that is being worked on.
type Deferred[T any] struct {
	value chan T
	err   error
}

// Async launches f and returns its result to be.
func Async[T any](s *Scope, f func(ctx context.Context) (T, error)) *Deferred[T] {
	d := &Deferred[T]{value: make(chan T)}
	s.Launch(func(ctx context.Context) error {
		v, err := f(ctx)
		d.err = err
		d.value <- v
		return err
	})
	return d
}

// Await returns the result when there is one, or ctx's error when ctx ends
// before. It may be called by any number of goroutines.
func (d *Deferred[T]) Await(ctx context.Context) (T, error) {
	return <-d.value, d.err
}
