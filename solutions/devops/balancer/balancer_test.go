package balancer_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/devops/balancer"
)

// 1. Next chooses a backend that has the fewest open leases, of Next and For together, also when many ask at once. Done ends a lease once, however often it is called.
func TestFewest(t *testing.T) {
	t.Run("Next chooses a backend with the fewest open leases", func(t *testing.T) { f := open(t, 4); f.errands(300, false, false) })
	t.Run("leases of For count as well", func(t *testing.T) { f := open(t, 4); f.errands(300, true, false) })
	t.Run("Done ends a lease only once", func(t *testing.T) { f := open(t, 3); f.errands(300, false, true) })
	t.Run("many who ask at once are spread evenly", func(t *testing.T) {
		f := open(t, 5)
		each := []int{23, 29, 31, 37}[f.rand.IntN(4)]
		got := f.rush(each * 5)
		for _, a := range f.addrs {
			if got[a] != each {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("%d goroutines call Next at once; there are 5 backends", each*5),
					Got:  tell(got), Want: fmt.Sprintf("%d each", each), At: kit.At((*balancer.Balancer).Next),
				})
			}
		}
	})
}

// 2. Backends that have equally few open leases take turns.
func TestTurns(t *testing.T) {
	turns := func(t *testing.T, held int) {
		f := open(t, 3+kit.Rand(t).IntN(3))
		for range held * len(f.addrs) {
			f.next()
		}
		got := map[string]int{}
		const each = 200
		for range each * len(f.addrs) {
			l := f.next()
			got[l.Addr]++
			f.done(l)
		}
		for _, a := range f.addrs {
			if got[a] < each/2 || got[a] > each*2 {
				kit.Fail(t, kit.Failure{
					Sent: fmt.Sprintf("%d backends with %d open leases each; %d times Next, then Done", len(f.addrs), held, each*len(f.addrs)),
					Got:  tell(got), Want: "about equally many for each", At: kit.At((*balancer.Balancer).Next),
				})
			}
		}
	}
	t.Run("idle backends take turns", func(t *testing.T) { turns(t, 0) })
	t.Run("busy backends take turns", func(t *testing.T) { turns(t, 3) })
}

// 3. Each backend is checked every Interval. After Fall failed checks in a row it gets nothing more, until Rise checks in a row have passed. One that is new counts as healthy.
func TestChecks(t *testing.T) {
	t.Run("each backend is checked every interval", func(t *testing.T) {
		inBubble(t, 4, func(y *yard) {
			y.pass(100)
			for _, a := range y.addrs {
				if n := len(y.checks[a]); n < 90 || n > 110 {
					y.fail("100 intervals went by", fmt.Sprintf("%d checks of %s", n, a), "one check in each interval", kit.At((*balancer.Balancer).Run))
				}
			}
		})
	})
	t.Run("a backend is out after as many failures in a row as Fall", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.pass(2)
			y.script(y.addrs[1], failing)
			y.follow(y.addrs[1], 3*y.options.Fall)
		})
	})
	t.Run("failures with passed checks between take nobody out", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			n := 0
			y.script(y.addrs[1], func() bool { n++; return n%y.options.Fall == 0 })
			y.follow(y.addrs[1], 12*y.options.Fall)
		})
	})
	t.Run("a backend is back after as many passed checks in a row as Rise", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.down(y.addrs[1])
			y.script(y.addrs[1], passing)
			y.follow(y.addrs[1], 3*y.options.Rise)
		})
	})
	t.Run("passed checks with failures between bring nobody back", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.down(y.addrs[1])
			n := 0
			y.script(y.addrs[1], func() bool { n++; return n%y.options.Rise != 0 })
			y.follow(y.addrs[1], 12*y.options.Rise)
		})
	})
	t.Run("each change of state begins a new row", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			n := 0
			y.script(y.addrs[1], func() bool { n++; return (n-1)%(y.options.Fall+y.options.Rise) >= y.options.Fall })
			y.follow(y.addrs[1], 5*(y.options.Fall+y.options.Rise))
		})
	})
	t.Run("what keys get goes by the same checks", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			key := y.keys[0]
			l := y.of(key)
			y.done(l)
			y.down(l.Addr)
			if now := y.of(key); now.Addr == l.Addr {
				y.fail(fmt.Sprintf("For(%q), which belonged to %s", key, l.Addr), l.Addr+", which is out", "a healthy backend", kit.At((*balancer.Balancer).For))
			}
		})
	})
}

// 4. A check that has not ended after Timeout has failed. It delays no check of another backend, and nobody who asks for a lease. No backend has two checks at the same time.
func TestHanging(t *testing.T) {
	t.Run("a check that hangs has failed after Timeout", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.pass(1)
			y.hang(y.addrs[0])
			y.pass(4 * (y.options.Fall + 1))
			y.calm()
			if y.uses(y.addrs[0]) {
				y.fail(fmt.Sprintf("the checks of %s have hung for %d intervals", y.addrs[0], 4*(y.options.Fall+1)), "Next gives "+y.addrs[0], "a backend whose checks end", kit.At((*balancer.Balancer).Next))
			}
		})
	})
	t.Run("a check that hangs does not delay the checks of others", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.pass(1)
			y.options.Timeout = 40 * y.options.Interval
			y.restart()
			y.hang(y.addrs[0])
			before := len(y.checks[y.addrs[2]])
			y.pass(20)
			if n := len(y.checks[y.addrs[2]]) - before; n < 17 {
				y.fail(fmt.Sprintf("the checks of %s hang for 20 intervals", y.addrs[0]), fmt.Sprintf("%d checks of %s", n, y.addrs[2]), "about 20", kit.At((*balancer.Balancer).Run))
			}
		})
	})
	t.Run("no backend is checked twice at the same time", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.options.Timeout = 5 * y.options.Interval
			y.restart()
			y.hang(y.addrs[0])
			y.pass(20)
			if y.most > 1 {
				y.fail(fmt.Sprintf("the checks of %s hang for 20 intervals", y.addrs[0]), fmt.Sprintf("%d checks of it under way", y.most), "one at a time", kit.At((*balancer.Balancer).Run))
			}
		})
	})
	t.Run("nobody waits for a check who asks for a lease", func(t *testing.T) {
		begun, end := make(chan struct{}, 1), make(chan struct{})
		b := balancer.New(func(ctx context.Context, _ string) error {
			select {
			case begun <- struct{}{}:
			default:
			}
			select {
			case <-end:
			case <-ctx.Done():
			}
			return nil
		}, balancer.Options{Interval: time.Millisecond, Timeout: time.Minute, Fall: 3, Rise: 2})
		b.Set("a:80", "b:80")
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { defer close(over); b.Run(ctx) }()
		defer func() { cancel(); close(end); <-over }()
		kit.Within(t, 30*time.Second, "Run, with checks that hang", func() { <-begun })
		kit.Within(t, 5*time.Second, "Next, For and Set, while a check hangs", func() {
			if l, err := b.Next(); err == nil {
				l.Done()
			}
			_, _ = b.For("key")
			b.Set("b:80")
		})
	})
}

// 5. During SlowStart, the part of open leases that Next gives to a backend which is new or healthy again grows evenly from nothing to that of the others.
func TestSlowStart(t *testing.T) {
	t.Run("a backend that is healthy again gets its part little by little", func(t *testing.T) {
		inBubble(t, 4, func(y *yard) {
			y.slow()
			time.Sleep(2 * y.options.SlowStart)
			x := y.addrs[2]
			y.down(x)
			y.until(300)
			y.script(x, passing)
			for y.streak(x) < y.options.Rise {
				y.pass(1)
			}
			y.grows(x, y.last(x), "is healthy again")
		})
	})
	t.Run("a backend that is new gets its part little by little", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.slow()
			time.Sleep(2 * y.options.SlowStart)
			y.until(300)
			x := "10.9.9.9:80"
			y.b.Set(append(slices.Clone(y.addrs), x)...)
			y.addrs = append(y.addrs, x)
			y.grows(x, time.Now(), "is new")
		})
	})
	t.Run("backends that are all new are used alike", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.slow()
			y.until(30)
			for _, a := range y.addrs {
				if y.held[a] != 10 {
					y.fail("3 new backends; 30 times Next", tell(y.held), "10 each", kit.At((*balancer.Balancer).Next))
				}
			}
		})
	})
}
