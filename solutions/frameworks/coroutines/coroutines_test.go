package coroutines_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/frameworks/coroutines"
)

type scope = coroutines.Scope

var background = context.Background

// 1. The three return only when everything in the scope has ended, whatever failed. What is launched in a scope that has ended does not start; Await of it returns an error.
func TestWaits(t *testing.T) {
	stubborn := func(x *trial, end <-chan struct{}) func(context.Context) error {
		return func(context.Context) error {
			select { // no context: whatever ignores its own is waited for
			case <-end:
			case <-x.free:
			}
			return nil
		}
	}
	wait := func(t *testing.T, open scoped, sent string, failure error, body func(s *scope, slow func(context.Context) error) error) {
		try(t, coroutines.Run, sent, func(x *trial) {
			end := make(chan struct{})
			x.begin(background(), open, func(s *scope) error { return body(s, stubborn(x, end)) })
			time.Sleep(time.Hour)
			x.holds("what was launched")
			close(end)
			x.gives(failure)
		})
	}
	t.Run("a call returns when what it launched has ended", func(t *testing.T) {
		for _, open := range []scoped{coroutines.Run, coroutines.Supervise} {
			wait(t, open, "a body that launches one and returns nil", nil, func(s *scope, slow func(context.Context) error) error {
				s.Launch(slow)
				return nil
			})
		}
	})
	t.Run("a body that fails waits for what it launched", func(t *testing.T) {
		for _, open := range []scoped{coroutines.Run, coroutines.Supervise} {
			err := fault(t, "body")
			wait(t, open, "a body that launches one and fails", err, func(s *scope, slow func(context.Context) error) error {
				s.Launch(slow)
				return err
			})
		}
	})
	t.Run("a launch that fails waits for the others", func(t *testing.T) {
		err := fault(t, "launched")
		wait(t, coroutines.Run, "a body that launches two, of which one fails at once", err, func(s *scope, slow func(context.Context) error) error {
			s.Launch(slow)
			s.Launch(func(context.Context) error { return err })
			return nil
		})
	})
	t.Run("what was launched by the launched is waited for", func(t *testing.T) {
		wait(t, coroutines.Run, "a body that launches one, which launches another a\nsecond later", nil, func(s *scope, slow func(context.Context) error) error {
			s.Launch(func(context.Context) error { time.Sleep(time.Second); s.Launch(slow); return nil })
			return nil
		})
	})
	t.Run("a scope that has ended starts nothing more", func(t *testing.T) {
		try(t, (*scope).Launch, "s.Launch(f) and Async(s, g).Await(ctx) after Run has returned", func(x *trial) {
			var ended *scope
			x.begin(background(), coroutines.Run, func(s *scope) error { ended = s; return nil })
			x.gives(nil)
			started := 0
			ended.Launch(func(context.Context) error { started++; return nil })
			synctest.Wait()
			d := coroutines.Async(ended, func(context.Context) (int, error) { started++; return 1, nil })
			ctx, cancel := context.WithTimeout(background(), time.Hour)
			defer cancel()
			_, err := d.Await(ctx)
			synctest.Wait()
			if started > 0 || err == nil || ctx.Err() != nil {
				x.fail([]string{"neither", "one of the two", "both"}[started]+" started, Await gave "+said(err), "neither starts, and Await gives an error at once")
			}
		})
	})
}

// crowd is how many are launched: more than any buffer that one would guess.
func crowd(t *testing.T) int { return 40 + kit.Rand(t).IntN(60) }

// 2. In Run the first failure, of the body or of anything launched, cancels the context of all others, and is what Run returns.
func TestFirstFailure(t *testing.T) {
	t.Run("the first failure cancels all others and is returned", func(t *testing.T) {
		n, err := crowd(t), fault(t, "first")
		try(t, coroutines.Run, fmt.Sprintf("Run launches %d; one fails a second later,\nthe others answer the cancellation with errors of their own", n), func(x *trial) {
			told := 0
			x.begin(background(), coroutines.Run, func(s *scope) error {
				told := &told
				for range n - 2 {
					s.Launch(func(ctx context.Context) error { return x.untilCancelled(ctx, errors.New("cut short")) })
				}
				coroutines.Async(s, func(ctx context.Context) (int, error) { return 0, x.untilCancelled(ctx, errors.New("cut short")) })
				s.Launch(func(context.Context) error { time.Sleep(time.Second); return err })
				context.AfterFunc(s.Context(), func() { *told++ })
				return nil
			})
			x.holds("all that was launched")
			time.Sleep(time.Second)
			if !x.returned() || told != 1 {
				x.fail("not everybody was cancelled", "the failure cancels the context of all others and of the scope")
			}
			x.gives(err)
		})
	})
	t.Run("a body that fails cancels what it launched", func(t *testing.T) {
		err := fault(t, "body")
		for name, open := range map[string]scoped{"Run": coroutines.Run, "Supervise": coroutines.Supervise} {
			try(t, coroutines.Run, name+" with a body that launches one and fails", func(x *trial) {
				x.begin(background(), open, func(s *scope) error {
					s.Launch(func(ctx context.Context) error { return x.untilCancelled(ctx, errors.New("cut short")) })
					return err
				})
				x.gives(err)
			})
		}
	})
	t.Run("many failures at once end the scope", func(t *testing.T) {
		n, err := crowd(t), fault(t, "each")
		try(t, coroutines.Run, fmt.Sprintf("Run launches %d, and all fail", n), func(x *trial) {
			x.begin(background(), coroutines.Run, func(s *scope) error {
				for range n {
					s.Launch(func(context.Context) error { return err })
				}
				return nil
			})
			x.gives(err)
		})
	})
	t.Run("without a failure nobody is cancelled", func(t *testing.T) {
		n := crowd(t)
		try(t, coroutines.Run, fmt.Sprintf("Run launches %d, which end well one after another", n), func(x *trial) {
			hurt := 0
			var s *scope
			x.begin(background(), coroutines.Run, func(inner *scope) error {
				s = inner
				for i := range n {
					s.Launch(func(ctx context.Context) error { time.Sleep(time.Duration(i) * time.Second); return ctx.Err() })
				}
				return nil
			})
			for range n - 1 {
				if cancelled(s.Context()) {
					hurt++
				}
				time.Sleep(time.Second)
			}
			if hurt > 0 {
				x.fail("the scope's context was cancelled while some were still running", "it is not: nothing failed")
			}
			x.gives(nil)
		})
	})
}

// untilCancelled waits for ctx and then returns err.
func (x *trial) untilCancelled(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return err
	case <-x.free:
		return nil
	}
}

// 4. When the caller's context ends, that reaches everything in the scope, and the call returns the context's error even if what was cut short returned nil.
func TestCancellation(t *testing.T) {
	cut := func(t *testing.T, answer func(ctx context.Context) error) {
		far := func(ctx context.Context, body func(*scope) error) error {
			return coroutines.Timeout(ctx, 24*time.Hour, body)
		}
		for name, open := range map[string]scoped{"Run": coroutines.Run, "Supervise": coroutines.Supervise, "Timeout": far} {
			try(t, coroutines.Run, name+" launches one, whose own Run launches another;\nthe caller cancels", func(x *trial) {
				ctx, cancel := context.WithCancel(background())
				defer cancel()
				var inner context.Context
				x.begin(ctx, open, func(s *scope) error {
					s.Launch(func(ctx context.Context) error {
						return coroutines.Run(ctx, func(s *scope) error {
							s.Launch(func(ctx context.Context) error {
								inner = ctx
								_ = x.untilCancelled(ctx, nil)
								return answer(ctx)
							})
							return nil
						})
					})
					return nil
				})
				x.holds("what was launched")
				cancel()
				if inner == nil || !cancelled(inner) {
					x.fail("what was launched was not told", "its context ends with the caller's")
				}
				x.gives(context.Canceled)
			})
		}
	}
	t.Run("the caller's cancellation reaches everything and is returned", func(t *testing.T) {
		cut(t, func(ctx context.Context) error { return ctx.Err() })
	})
	t.Run("half a result is not taken for a whole one", func(t *testing.T) {
		cut(t, func(context.Context) error { return nil })
	})
	t.Run("a failure that came before the cancellation is returned", func(t *testing.T) {
		try(t, coroutines.Run, "Run launches two; one fails, then the caller cancels,\nthen the other ends", func(x *trial) {
			ctx, cancel := context.WithCancel(background())
			defer cancel()
			err, end := fault(t, "first"), make(chan struct{})
			x.begin(ctx, coroutines.Run, func(s *scope) error {
				s.Launch(func(context.Context) error { return err })
				s.Launch(func(ctx context.Context) error { <-end; return ctx.Err() })
				return nil
			})
			cancel()
			synctest.Wait()
			close(end)
			x.gives(err)
		})
	})
}

// 5. Timeout is a Run that is cancelled after d: it returns when all have ended, context.DeadlineExceeded if that was why, a failure if that came first.
func TestTimeout(t *testing.T) {
	limited := func(d time.Duration) scoped {
		return func(ctx context.Context, body func(*scope) error) error { return coroutines.Timeout(ctx, d, body) }
	}
	t.Run("everything is cancelled after d and waited for", func(t *testing.T) {
		d := time.Duration(1+kit.Rand(t).IntN(50)) * time.Second
		try(t, coroutines.Timeout, fmt.Sprintf("Timeout(ctx, %s, …) launches one that needs 3s\nto clean up when it is cancelled", d), func(x *trial) {
			began, told := time.Now(), time.Duration(-1)
			x.begin(background(), limited(d), func(s *scope) error {
				s.Launch(func(ctx context.Context) error {
					err := x.untilCancelled(ctx, nil)
					told = time.Since(began)
					time.Sleep(3 * time.Second)
					return err
				})
				return nil
			})
			time.Sleep(d)
			x.holds("the clean-up")
			if told != d {
				x.fail("what was launched was not cancelled after "+d.String(), "it is, to the moment")
			}
			time.Sleep(3 * time.Second)
			x.gives(context.DeadlineExceeded)
		})
	})
	t.Run("what is done in time returns at once", func(t *testing.T) {
		try(t, coroutines.Timeout, "Timeout(ctx, 1h, …) launches one that takes a second", func(x *trial) {
			x.begin(background(), limited(time.Hour), func(s *scope) error {
				s.Launch(func(context.Context) error { time.Sleep(time.Second); return nil })
				return nil
			})
			time.Sleep(time.Second)
			x.gives(nil)
		})
	})
	t.Run("a failure before the time is returned", func(t *testing.T) {
		err := fault(t, "early")
		try(t, coroutines.Timeout, "Timeout(ctx, 5s, …) launches two: one fails after 2s,\nthe other needs 10s to clean up", func(x *trial) {
			x.begin(background(), limited(5*time.Second), func(s *scope) error {
				s.Launch(func(context.Context) error { time.Sleep(2 * time.Second); return err })
				s.Launch(func(ctx context.Context) error {
					_ = x.untilCancelled(ctx, nil)
					time.Sleep(10 * time.Second)
					return ctx.Err()
				})
				return nil
			})
			time.Sleep(12 * time.Second)
			x.gives(err)
		})
	})
}
