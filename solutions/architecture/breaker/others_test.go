package breaker_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/architecture/breaker"
)

// 7. What one peer does changes nothing for another, and a call that waits holds up no other.
func TestOthers(t *testing.T) {
	t.Run("a peer that is left alone is left alone alone", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.breakDown(failures)
			for _, host := range []string{"prices:8080", "stock:8081"} {
				if o := n.getFrom(context.Background(), host); o.status != 200 {
					n.fail(o, o.String(), "200: another peer, which works")
				}
			}
		})
	})
	t.Run("each peer has a budget of its own", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 2, Budget: 3}, func(n *network) {
			n.does(n.failure())
			for range 9 {
				n.getFrom(context.Background(), "prices:8080")
			}
			n.then("9 × GET from prices:8080 failed")
			n.mustArrive(n.get(), 2, "its budget is whole")
		})
	})
	t.Run("a call that the peer keeps waiting holds up no other", func(t *testing.T) { failWith(t, heldBySending()) })
	t.Run("a call that waits for its next time holds up no other", func(t *testing.T) { failWith(t, heldByWaiting()) })
}

const ample = 8 * time.Second // of the real clock, to notice a deadlock

// failWith fails the behaviour unless f is nil.
func failWith(t *testing.T, f *kit.Failure) {
	t.Helper()
	if f != nil {
		kit.Fail(t, *f)
	}
}

// heldBySending and heldByWaiting find out, once and on the real clock, whether
// a call that waits for its peer, or for being sent again, holds up another.
var (
	heldBySending = sync.OnceValue(func() *kit.Failure {
		gate := make(chan struct{})
		defer close(gate)
		return holdsUp(reply{status: 200, gate: gate}, "a GET from "+stock+", which does not answer yet.")
	})
	heldByWaiting = sync.OnceValue(func() *kit.Failure {
		return holdsUp(reply{status: 500}, "a GET from "+stock+" has failed and waits to be sent again,\nfor up to 1h.")
	})
)

// holdsUp returns a failure when a call whose first answer is r holds up others.
func holdsUp(r reply, plight string) *kit.Failure {
	n := &network{began: time.Now()}
	n.client = breaker.New(n, breaker.Config{Attempts: 9, Failures: plenty, Backoff: time.Hour, Budget: 9, Cooldown: time.Second})
	n.answers(func(s sending) reply {
		if s.number == 1 {
			return r
		}
		return reply{status: 200}
	})
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	first := bubble.Go(func() { n.getFrom(ctx, stock) })
	first.Settle()
	second := bubble.Go(func() { n.get(); n.getFrom(context.Background(), "prices:8080") })
	select {
	case <-second.Done():
		return nil
	case <-time.After(ample):
		return &kit.Failure{
			Sent: plight + "\nMeanwhile GET from " + stock + ", and from prices:8080",
			Got:  "no answer in " + ample.String(), Want: "answers at once", At: kit.Stuck(),
		}
	}
}

// 8. Whenever it sends a call with a deadline, and only then, it says in X-Timeout-Ms how many milliseconds are left. At the deadline, or when the caller leaves, the call ends, and nothing more is sent.
func TestDeadline(t *testing.T) {
	t.Run("a call says each time how many milliseconds are left", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 4}, func(n *network) {
			n.does(reply{status: 503, takes: time.Duration(50+n.rand.IntN(100)) * moment})
			left := time.Duration(2000+n.rand.IntN(2000)) * moment
			o := n.hurried(left)
			n.mustArrive(o, 4, "there is time enough")
			for _, s := range n.arrived(stock) {
				want := left - s.at
				got, err := strconv.Atoi(s.header.Get("X-Timeout-Ms"))
				if off := time.Duration(got)*moment - want; err != nil || off.Abs() > moment {
					n.fail(o, fmt.Sprintf("attempt %d, %s after the call, had X-Timeout-Ms %q", s.number, s.at, s.header.Get("X-Timeout-Ms")), fmt.Sprintf("X-Timeout-Ms %q", fmt.Sprint(want.Milliseconds())))
				}
			}
		})
	})
	t.Run("a call without a deadline says nothing of one", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			o := n.get()
			for _, s := range n.arrived(stock) {
				if got := s.header.Values("X-Timeout-Ms"); len(got) > 0 {
					n.fail(o, "sent with X-Timeout-Ms: "+strings.Join(got, ", "), "no such header")
				}
			}
		})
	})
	ends := func(n *network, o outcome, at time.Duration) {
		if o.took > at || o.status == 200 {
			n.fail(o, o.String(), "an end after "+at.String())
		}
		time.Sleep(24 * time.Hour)
		n.mustArrive(o, 1, "there is nobody any more who waits")
	}
	t.Run("at the deadline the call ends, also while it waits", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3, Backoff: 1000 * time.Hour}, func(n *network) {
			n.does(n.failure())
			ends(n, n.hurried(700*moment), 700*moment)
		})
	})
	t.Run("at the deadline the call ends, also while the peer has it", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3}, func(n *network) {
			n.does(reply{status: 200, takes: time.Hour})
			ends(n, n.hurried(700*moment), 700*moment)
		})
	})
	t.Run("when its caller leaves the call ends, also while it waits", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3, Backoff: 1000 * time.Hour}, func(n *network) {
			n.does(n.failure())
			ends(n, n.leaves(300*moment), 300*moment)
		})
	})
	t.Run("when its caller leaves the call ends, also while the peer has it", func(t *testing.T) {
		in(t, breaker.Config{Attempts: 3}, func(n *network) {
			n.does(reply{status: 200, takes: time.Hour})
			ends(n, n.leaves(300*moment), 300*moment)
		})
	})
}
