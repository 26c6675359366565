package balancer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
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

// 6. A key has the same backend whenever and in whichever process it asks, as long as the backends are the same. No backend has many more keys than another.
func TestKeys(t *testing.T) {
	t.Run("a key has the same backend every time", func(t *testing.T) {
		f := open(t, 6)
		f.same(f.b, "For again", f.where())
	})
	t.Run("a key has the same backend in every process", func(t *testing.T) {
		f := open(t, 6)
		before := f.where()
		other := balancer.New(well, quick)
		other.Set("10.7.7.7:80")
		for i := range f.addrs { // in another order, one after the other
			other.Set(append([]string{"10.7.7.7:80"}, f.addrs[len(f.addrs)-1-i:]...)...)
		}
		turned := slices.Clone(f.addrs)
		slices.Reverse(turned)
		other.Set(turned...)
		f.same(other, "For in another process,\nwhose Set had the same backends in another order", before)
	})
	t.Run("keys are spread over the backends", func(t *testing.T) {
		f := open(t, 8)
		got := map[string]int{}
		for _, a := range f.where() {
			got[a]++
		}
		for _, a := range f.addrs {
			if mean := len(f.keys) / len(f.addrs); got[a] < mean*2/5 || got[a] > mean*9/5 {
				kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("For of %d keys, 8 backends", len(f.keys)), Got: tell(got), Want: fmt.Sprintf("about %d each, give or take a half", mean), At: kit.At((*balancer.Balancer).For)})
			}
		}
	})
}

// 7. When a backend goes, only its keys move, and all others get some of them; when one comes, keys move only to it. So it is when one falls and is healthy again.
func TestMoves(t *testing.T) {
	t.Run("when a backend goes only its keys move", func(t *testing.T) {
		f := open(t, 6)
		before := f.where()
		for _, gone := range f.addrs {
			f.b.Set(without(f.addrs, gone)...)
			f.moved(before, gone, "Set without "+gone)
			f.b.Set(f.addrs...)
		}
	})
	t.Run("when a backend comes keys move only to it", func(t *testing.T) {
		f := open(t, 6)
		for _, come := range f.addrs {
			f.b.Set(without(f.addrs, come)...)
			before := f.where()
			f.b.Set(f.addrs...)
			f.movedTo(before, come)
		}
	})
	t.Run("when a backend falls only its keys move", func(t *testing.T) {
		inBubble(t, 6, func(y *yard) {
			before := y.where()
			y.down(y.addrs[2])
			y.moved(before, y.addrs[2], y.addrs[2]+" falls")
		})
	})
	t.Run("when a backend is healthy again it has its keys again", func(t *testing.T) {
		inBubble(t, 6, func(y *yard) {
			before := y.where()
			y.down(y.addrs[2])
			y.where()
			y.up(y.addrs[2])
			y.same(y.b, y.addrs[2]+" falls, and is healthy again", before)
		})
	})
}

// 8. A backend that Set leaves out gets nothing more and is checked no more; when it comes again, leases from before do no harm. Those that Set names again stay as they are.
func TestLeftOut(t *testing.T) {
	t.Run("a backend that was left out gets nothing more", func(t *testing.T) {
		f := open(t, 4)
		f.where()
		gone := f.addrs[1]
		f.b.Set(without(f.addrs, gone)...)
		for key, a := range f.where() {
			if a == gone {
				kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("Set without %s, then For(%q)", gone, key), Got: gone, Want: "one of the others", At: kit.At((*balancer.Balancer).For)})
			}
		}
		for range 50 {
			if l := f.next(); l.Addr == gone {
				kit.Fail(t, kit.Failure{Sent: fmt.Sprintf("Set without %s, then Next", gone), Got: gone, Want: "one of the others", At: kit.At((*balancer.Balancer).Next)})
			}
		}
	})
	t.Run("a backend that was left out is checked no more", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.pass(5)
			y.b.Set(y.addrs[0])
			y.pass(1)
			before := len(y.checks[y.addrs[1]])
			y.pass(20)
			if n := len(y.checks[y.addrs[1]]) - before; n > 0 {
				y.fail("Set without "+y.addrs[1]+", then 20 intervals", fmt.Sprintf("%d checks of it", n), "none", kit.At((*balancer.Balancer).Run))
			}
		})
	})
	t.Run("leases from before do no harm when the backend comes again", func(t *testing.T) {
		f := open(t, 3)
		var old []*balancer.Lease
		for range 30 {
			old = append(old, f.next())
		}
		f.b.Set(without(f.addrs, f.addrs[0])...)
		f.b.Set(f.addrs...)
		for range 15 {
			f.next()
		}
		for _, l := range old {
			f.done(l)
		}
		for range 60 {
			f.next()
		}
		if low, high := f.spread(); high-low > 1 {
			kit.Fail(t, kit.Failure{
				Sent: fmt.Sprintf("30 leases; Set without %s, Set with it; 15 more leases,\nDone of the first 30, 60 more leases", f.addrs[0]),
				Got:  "open: " + tell(f.held), Want: "25 each", At: kit.At((*balancer.Balancer).Next),
			})
		}
	})
	t.Run("backends that stay keep what is open", func(t *testing.T) {
		f := open(t, 3)
		for range 9 {
			f.next()
		}
		f.b.Set(append(slices.Clone(f.addrs), "10.8.8.8:80")...)
		f.addrs = append(f.addrs, "10.8.8.8:80")
		for range 3 {
			if l := f.next(); l.Addr != "10.8.8.8:80" {
				kit.Fail(t, kit.Failure{Sent: "9 leases, Set with a fourth backend, Next", Got: l.Addr + ", which has 3 open", Want: "10.8.8.8:80, which has fewer", At: kit.At((*balancer.Balancer).Set)})
			}
		}
	})
	t.Run("a backend that is out stays out when Set names it again", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			y.down(y.addrs[1])
			y.b.Set(y.addrs...)
			if y.uses(y.addrs[1]) {
				y.fail(y.addrs[1]+" is out; Set with the same backends", "Next gives it", "what the checks say stays", kit.At((*balancer.Balancer).Set))
			}
		})
	})
}

// 9. When no backend is healthy, Next and For return ErrNone, without waiting.
func TestNone(t *testing.T) {
	none := func(t *testing.T, b *balancer.Balancer, sent string) {
		for name, ask := range map[string]func() (*balancer.Lease, error){"Next()": b.Next, `For("key")`: func() (*balancer.Lease, error) { return b.For("key") }} {
			began := time.Now()
			if l, err := ask(); !errors.Is(err, balancer.ErrNone) || l != nil {
				got := fmt.Sprint("the error ", err)
				if l != nil {
					got = "a lease of " + l.Addr
				}
				kit.Fail(t, kit.Failure{Sent: sent + ", then " + name, Got: got, Want: "ErrNone", At: kit.At((*balancer.Balancer).Next)})
			}
			if d := time.Since(began); d > time.Minute {
				kit.Fail(t, kit.Failure{Sent: sent + ", then " + name, Got: "ErrNone after " + d.String(), Want: "ErrNone at once"})
			}
		}
	}
	t.Run("without backends there is nobody", func(t *testing.T) {
		b := balancer.New(well, quick)
		none(t, b, "no Set")
		b.Set("a:80")
		b.Set()
		none(t, b, "Set of one, Set of none")
	})
	t.Run("when all backends are out there is nobody", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			for _, a := range y.addrs {
				y.script(a, failing)
			}
			y.pass(2*y.options.Fall + 2)
			none(y.t, y.b, "all checks fail")
		})
	})
}

// 10. Run returns when its context ends, and leaves nothing running.
func TestEnd(t *testing.T) {
	end := func(t *testing.T, hang bool) {
		inBubble(t, 3, func(y *yard) {
			y.pass(3)
			if hang {
				y.options.Timeout = 40 * y.options.Interval
				y.restart()
				y.hang(y.addrs[0])
				y.pass(2)
			}
			y.linger = time.Second
			y.cancel()
			y.pass(1) // more than a second
			select {
			case <-y.over:
			default:
				y.fail("the end of Run's context", "Run goes on", "Run returns", kit.At((*balancer.Balancer).Run))
			}
			if y.left > 0 {
				y.fail("the end of Run's context, while a check hangs that\nneeds another second to end", "Run has returned before the check", "nothing that runs when Run has returned", kit.At((*balancer.Balancer).Run))
			}
			if left := bubble.Others(); len(left) > 0 {
				y.fail("the end of Run's context", fmt.Sprintf("Run has returned, and %d goroutines go on", len(left)), "nothing that runs", bubble.Line(left))
			}
		})
	}
	t.Run("Run ends between two checks", func(t *testing.T) { end(t, false) })
	t.Run("Run ends while a check hangs", func(t *testing.T) { end(t, true) })
	t.Run("leases go on to work after Run has ended", func(t *testing.T) {
		inBubble(t, 3, func(y *yard) {
			l := y.next()
			y.cancel()
			synctest.Wait()
			y.done(l)
			y.next()
		})
	})
}

// rush has n goroutines lease at once and returns how many each backend got.
func (f *field) rush(n int) map[string]int {
	got := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for range n {
		all.Go(func() {
			<-start
			l, err := f.b.Next()
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				got[l.Addr]++
			}
		})
	}
	close(start)
	all.Wait()
	return got
}
