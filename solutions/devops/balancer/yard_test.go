package balancer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/devops/balancer"
)

// yard is a field on a fake clock, whose Run is under way.
type yard struct {
	*field
	t       *testing.T
	options balancer.Options
	mu      sync.Mutex        // what follows is of the checks
	checks  map[string][]bool // how they ended, by backend
	times   map[string]time.Time
	scripts map[string]func() bool
	hung    map[string]bool
	linger  time.Duration  // of a check that hangs, after its end
	flight  int            // checks under way
	most    int            // of one backend at a time
	left    int            // under way when Run returned
	hanging map[string]int // under way, by backend

	cancel context.CancelFunc
	over   chan struct{}
}

func failing() bool { return false }
func passing() bool { return true }

// inBubble runs f with n backends, all of which are well.
func inBubble(t *testing.T, n int, f func(y *yard)) {
	t.Helper()
	bubble.Run(t, fmt.Sprintf("Run, with %d backends", n), func(t *testing.T) {
		y := &yard{field: draw(t, n), t: t}
		y.options = balancer.Options{
			Interval: time.Duration(2+y.rand.IntN(9)) * time.Second, Fall: 2 + y.rand.IntN(3), Rise: 2 + y.rand.IntN(3),
		}
		y.options.Timeout = y.options.Interval / 2
		y.restart()
		defer func() { y.cancel(); <-y.over }()
		f(y)
	})
}

// restart begins anew with the yard's options.
func (y *yard) restart() {
	if y.cancel != nil {
		y.cancel()
		<-y.over
	}
	y.checks, y.times, y.scripts, y.hung = map[string][]bool{}, map[string]time.Time{}, map[string]func() bool{}, map[string]bool{}
	y.hanging = map[string]int{}
	ctx, cancel := context.WithCancel(context.Background())
	y.cancel, y.over = cancel, make(chan struct{})
	y.b = balancer.New(y.check, y.options)
	y.b.Set(y.addrs...)
	over := y.over
	go func() {
		defer close(over)
		y.b.Run(ctx)
		y.mu.Lock()
		defer y.mu.Unlock()
		y.left = y.flight
	}()
}

// check is what the balancer asks.
func (y *yard) check(ctx context.Context, addr string) error {
	y.mu.Lock()
	hung, script := y.hung[addr], y.scripts[addr]
	y.flight++
	y.hanging[addr]++
	y.most = max(y.most, y.hanging[addr])
	y.mu.Unlock()
	if hung {
		<-ctx.Done()
		time.Sleep(y.linger)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	y.flight--
	y.hanging[addr]--
	ok := !hung && (script == nil || script())
	y.checks[addr] = append(y.checks[addr], ok)
	y.times[addr] = time.Now()
	if !ok {
		return errors.New("not well")
	}
	return nil
}

func (y *yard) script(addr string, f func() bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.scripts[addr], y.hung[addr], y.checks[addr] = f, false, nil
}

func (y *yard) hang(addr string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.hung[addr] = true
}

// pass lets n intervals go by.
func (y *yard) pass(n int) {
	time.Sleep(time.Duration(n) * y.options.Interval)
	synctest.Wait()
}

// slow begins anew with a SlowStart.
func (y *yard) slow() {
	y.options.SlowStart = 200 * y.options.Interval
	y.restart()
}

// calm waits for a moment in which no check is under way, so that a balancer
// that holds a lock meanwhile can be asked without stopping the clock.
func (y *yard) calm() {
	y.t.Helper()
	for range 1000 {
		synctest.Wait()
		y.mu.Lock()
		n := y.flight
		y.mu.Unlock()
		if n == 0 {
			return
		}
		time.Sleep(y.options.Interval / 10)
	}
	y.fail("a check that hangs until its context ends", "it is still under way 100 intervals later", "a check that has failed after Timeout", kit.At((*balancer.Balancer).Run))
}

// streak is how many of the last checks of a backend ended alike.
func (y *yard) streak(addr string) int {
	list := y.checks[addr]
	n := 0
	for i := len(list) - 1; i >= 0 && list[i] == list[len(list)-1]; i-- {
		n++
	}
	return n
}

// last is when the last check of a backend ended.
func (y *yard) last(addr string) time.Time { return y.times[addr] }

// down and up have a backend's checks fail, or pass, for long enough.
func (y *yard) down(addr string) {
	y.script(addr, failing)
	y.pass(y.options.Fall + 2)
}

func (y *yard) up(addr string) {
	y.script(addr, passing)
	y.pass(y.options.Rise + 2)
}

// uses reports whether Next ever gives a backend, of as many leases as it takes
// to see that; they are ended again.
func (y *yard) uses(addr string) bool {
	y.t.Helper()
	var list []*balancer.Lease
	used := false
	for range 20 * len(y.addrs) {
		l := y.next()
		list = append(list, l)
		used = used || l.Addr == addr
	}
	for _, l := range list {
		y.done(l)
	}
	return used
}

// follow watches a backend for n intervals: it must be out when the checks say
// so, and else in. At the start it is what the checks before have made it.
func (y *yard) follow(addr string, n int) {
	y.t.Helper()
	in := y.uses(addr)
	for range n {
		y.pass(1)
		list := y.checks[addr]
		in = expected(list, in, y.options)
		if got := y.uses(addr); got != in {
			words := map[bool]string{true: "it gets leases", false: "it gets none"}
			y.fail(fmt.Sprintf("checks of %s, one after the other:\n%s", addr, marks(list)), words[got], words[in], kit.At((*balancer.Balancer).Run))
		}
	}
}

// expected is a backend's state after these checks, of which the last ones are
// new.
func expected(list []bool, in bool, o balancer.Options) bool {
	state, row := in, 0
	for i := len(list) - 1; i >= 0 && list[i] == list[len(list)-1]; i-- {
		row++
	}
	switch {
	case len(list) > 0 && !list[len(list)-1] && row >= o.Fall:
		state = false
	case len(list) > 0 && list[len(list)-1] && row >= o.Rise:
		state = true
	}
	return state
}

func marks(list []bool) string {
	var b strings.Builder
	for _, ok := range list {
		b.WriteString(map[bool]string{true: "passed ", false: "failed "}[ok])
	}
	return strings.TrimSpace(b.String())
}

// grows follows the part of a backend that starts slowly at began.
func (y *yard) grows(x string, began time.Time, why string) {
	y.t.Helper()
	for _, at := range []struct{ part, low, high float64 }{{0.02, 0, 0.12}, {0.25, 0.12, 0.4}, {0.5, 0.3, 0.68}, {0.75, 0.52, 0.92}, {1.05, 0.95, 1.05}} {
		time.Sleep(time.Until(began.Add(time.Duration(at.part * float64(y.options.SlowStart)))))
		y.until(len(y.live) + 240)
		others := float64(len(y.live)-y.held[x]) / float64(len(y.addrs)-1)
		if part := float64(y.held[x]) / others; part < at.low || part > at.high {
			y.fail(fmt.Sprintf("%s %s; %.0f %% of SlowStart later, many leases by Next", x, why, 100*at.part),
				fmt.Sprintf("open: %s,\nwhich is %.0f %% of what the others have", tell(y.held), 100*part), fmt.Sprintf("about %.0f %%", 100*min(1, at.part)), kit.At((*balancer.Balancer).Next))
		}
	}
}

func (y *yard) fail(sent, got, want, at string) {
	y.t.Helper()
	o := y.options
	kit.Fail(y.t, kit.Failure{Sent: sent + fmt.Sprintf("\n(Interval %s, Timeout %s, Fall %d, Rise %d, SlowStart %s)", o.Interval, o.Timeout, o.Fall, o.Rise, o.SlowStart), Got: got, Want: want, At: at})
}
