package balancer_test

import (
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
