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

// 6. Await returns the result or the error of its Async, as often and from as many goroutines as one likes, or its own context's error if that ends first. A result that nobody awaits keeps nobody waiting.
func TestAsync(t *testing.T) {
	t.Run("results come together whatever order they are ready in", func(t *testing.T) {
		r := kit.Rand(t)
		n, base := 5+r.IntN(10), r.IntN(1000)
		try(t, coroutines.Async[int], fmt.Sprintf("Run with %d × Async, each awaited in turn", n), func(x *trial) {
			var got []int
			x.begin(background(), coroutines.Run, func(s *scope) error {
				var parts []*coroutines.Deferred[int]
				for i := range n {
					parts = append(parts, coroutines.Async(s, func(context.Context) (int, error) {
						time.Sleep(time.Duration(n-i) * time.Second)
						return base + i, nil
					}))
				}
				for _, d := range parts {
					v, err := d.Await(s.Context())
					if err != nil {
						return err
					}
					got = append(got, v)
				}
				return nil
			})
			time.Sleep(time.Duration(n) * time.Second)
			x.gives(nil)
			for i, v := range got {
				if v != base+i {
					x.fail(fmt.Sprint("results ", got), fmt.Sprintf("%d to %d", base, base+n-1))
				}
			}
		})
	})
	t.Run("a result is there for everybody who asks", func(t *testing.T) {
		value := kit.Word(kit.Rand(t), 6)
		try(t, coroutines.Async[int], "one Async, awaited twice by each of 5 goroutines", func(x *trial) {
			got := make(chan string, 10)
			x.begin(background(), coroutines.Run, func(s *scope) error {
				d := coroutines.Async(s, func(context.Context) (string, error) { time.Sleep(time.Second); return value, nil })
				for range 5 {
					s.Launch(func(ctx context.Context) error {
						for range 2 {
							v, err := d.Await(ctx)
							if err != nil {
								return err
							}
							got <- v
						}
						return nil
					})
				}
				return nil
			})
			time.Sleep(time.Second)
			synctest.Wait()
			if len(got) != 10 {
				x.unblock(len(got))
			}
			x.gives(nil)
			for range 10 {
				if v := <-got; v != value {
					x.fail(fmt.Sprintf("Await gave %q", v), fmt.Sprintf("%q, always", value))
				}
			}
		})
	})
	t.Run("an error reaches whoever awaits it and the scope", func(t *testing.T) {
		for name, open := range map[string]scoped{"Run": coroutines.Run, "Supervise": coroutines.Supervise} {
			err := fault(t, "async")
			try(t, coroutines.Async[int], name+" with an Async that fails; the body awaits it,\nlooks at the error, and returns nil", func(x *trial) {
				var seen error
				x.begin(background(), open, func(s *scope) error {
					d := coroutines.Async(s, func(context.Context) (int, error) { return 0, err })
					_, seen = d.Await(background())
					return nil
				})
				x.ends()
				if !errors.Is(seen, err) {
					x.fail("Await gave "+said(seen), said(err))
				}
				x.gives(err)
			})
		}
	})
	t.Run("a result that nobody awaits keeps nobody waiting", func(t *testing.T) {
		try(t, coroutines.Async[int], "Run with an Async that nobody awaits", func(x *trial) {
			x.begin(background(), coroutines.Run, func(s *scope) error {
				coroutines.Async(s, func(context.Context) (int, error) { return 1, nil })
				return nil
			})
			if !x.returned() {
				x.unblock(-1)
			}
			x.gives(nil)
		})
	})
	t.Run("whoever awaits may give up", func(t *testing.T) {
		try(t, coroutines.Async[int], "Await with a context that ends after 2s of an Async\nthat takes 5s", func(x *trial) {
			var seen error
			var after time.Duration
			x.begin(background(), coroutines.Run, func(s *scope) error {
				d := coroutines.Async(s, func(context.Context) (int, error) { time.Sleep(5 * time.Second); return 1, nil })
				ctx, cancel := context.WithTimeout(background(), 2*time.Second)
				defer cancel()
				began := time.Now()
				_, seen = d.Await(ctx)
				after = time.Since(began)
				return nil
			})
			time.Sleep(5 * time.Second)
			x.gives(nil)
			x.at = kit.At((*coroutines.Deferred[int]).Await)
			if !errors.Is(seen, context.DeadlineExceeded) || after != 2*time.Second {
				x.fail(fmt.Sprintf("after %s Await gave %s", after, said(seen)), "after 2s the context's error")
			}
		})
	})
}

// unblock fails the behaviour for goroutines that wait for ever in the code
// under test. They cannot be let go, so the failure is all that is left.
func (x *trial) unblock(answers int) {
	x.t.Helper()
	if answers < 0 {
		x.fail("the scope never ends: its Async waits for ever", "Run returns when the Async has its result")
	}
	x.at = kit.At((*coroutines.Deferred[string]).Await)
	x.fail(fmt.Sprintf("%d of 10 calls of Await returned, the rest wait for ever", answers), "all of them return")
}
