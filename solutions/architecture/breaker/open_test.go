package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/solutions/architecture/breaker"
)

const (
	failures = 4
	cooldown = 20 * time.Second
	moment   = time.Millisecond // of the fake clock
)

// fragile leaves a peer alone soon, and sends nothing again.
var fragile = breaker.Config{Failures: failures, Cooldown: cooldown}

// 5. After Failures failures in a row a peer is left alone for Cooldown: it is sent nothing, and its calls get ErrOpen at once.
func TestLeftAlone(t *testing.T) {
	t.Run("a peer that fails on and on is left alone", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.does(n.failure())
			for i := range failures {
				n.mustArrive(n.get(), i+1, "so few failures mean nothing")
			}
			n.breakDown(0)
			n.then("%d × GET failed before", failures)
			for range 3 {
				n.mustBeLeftAlone(fmt.Sprintf("%d failures in a row", failures))
			}
			n.pass(cooldown - moment)
			n.mustBeLeftAlone("the Cooldown is not over")
		})
	})
	t.Run("each time that a call is sent counts", func(t *testing.T) {
		in(t, breaker.Config{Failures: failures + 2, Cooldown: cooldown, Attempts: failures}, func(n *network) {
			n.does(n.failure())
			n.get()
			n.get()
			o := n.get()
			o.sent += "   for the third time"
			n.mustArrive(o, failures+2, "as many failures as it takes")
		})
	})
	t.Run("a success in between starts the count again", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			for range 3 {
				n.breakDown(failures - 1)
				n.mustPass("fewer failures in a row than Failures")
			}
		})
	})
	t.Run("answers below 500 are no failures", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			for _, status := range []int{404, 429, 409, 400, 404, 429, 409, 400} {
				n.does(reply{status: status})
				n.get()
			}
			n.then("8 × GET from %s answered 404, 429, 409, 400 and the same again", stock)
			n.does(reply{status: 200})
			n.mustPass("the peer works")
		})
	})
	t.Run("a peer that hangs past the deadline has failed", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.does(reply{status: 200, takes: never})
			for range failures {
				n.hurried(time.Second)
			}
			n.then("%d × GET from %s hung until their deadlines", failures, stock)
			n.does(reply{status: 200})
			n.mustBeLeftAlone(fmt.Sprintf("%d failures in a row", failures))
		})
	})
	t.Run("callers who leave are no failures", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.does(reply{status: 200, takes: never})
			for range 2 * failures {
				n.leaves(time.Second)
			}
			n.then("%d × GET from %s, whose callers left after 1s", 2*failures, stock)
			n.does(reply{status: 200})
			n.mustPass("nobody knows of a failure")
		})
	})
	t.Run("a deadline that passes while a call waits is no failure", func(t *testing.T) {
		in(t, breaker.Config{Failures: failures, Cooldown: cooldown, Attempts: 2, Backoff: 1000 * time.Hour}, func(n *network) {
			n.does(n.failure())
			for range failures - 1 {
				n.hurried(time.Second)
			}
			n.then("%d × GET from %s failed at once,\nand waited for the next attempt until their deadlines", failures-1, stock)
			n.does(reply{status: 200})
			n.mustPass("the peer has failed once for each call, which is too little")
		})
	})
	t.Run("callers who leave do not hide failures", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.breakDown(failures - 1)
			n.does(reply{status: 200, takes: never})
			n.leaves(time.Second)
			n.then("GET from %s, whose caller left after 1s", stock)
			n.breakDown(1)
			n.mustBeLeftAlone(fmt.Sprintf("%d failures in a row: who left is no success", failures))
		})
	})
}

// hurried calls stock with a deadline.
func (n *network) hurried(left time.Duration) outcome {
	ctx, stop := context.WithTimeout(context.Background(), left)
	defer stop()
	return n.getFrom(ctx, stock)
}

// leaves calls stock for a caller who leaves after a while.
func (n *network) leaves(after time.Duration) outcome {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	time.AfterFunc(after, leave)
	o := n.getFrom(ctx, stock)
	o.sent += fmt.Sprintf(", whose caller leaves after %s", after)
	return o
}

// 6. Then one call goes through, as a probe, and the others get ErrOpen until it is answered. A success lets everybody through again; a failure means another Cooldown. If the probe's caller leaves, the next call is the probe.
func TestProbe(t *testing.T) {
	t.Run("one call goes through while the others are refused", func(t *testing.T) {
		crowd(t, fragile, func(n *network) {
			n.breakDown(failures)
			n.pass(cooldown + moment)
			n.does(reply{status: 200, takes: time.Second})
			refused := 0
			for _, o := range n.together(20, n.get) {
				if errors.Is(o.err, breaker.ErrOpen) && o.took == 0 {
					refused++
				}
			}
			o := outcome{sent: fmt.Sprintf("20 × GET from %s at once, which answers 200 after 1s", stock)}
			if sent := len(n.arrived(stock)) - failures; sent != 1 || refused != 19 {
				n.fail(o, fmt.Sprintf("%d sent, %d refused at once with ErrOpen", sent, refused), "1 sent, 19 refused at once with ErrOpen")
			}
		})
	})
	t.Run("a probe that succeeds lets everybody through", func(t *testing.T) {
		crowd(t, fragile, func(n *network) {
			n.breakDown(failures)
			n.pass(cooldown + moment)
			n.mustPass("the Cooldown is over")
			n.then("GET from %s succeeded", stock)
			n.does(reply{status: 200, takes: time.Second})
			for _, o := range n.together(5, n.get) {
				if o.sent += ", 5 at once"; o.status != 200 {
					n.fail(o, o.String(), "200 for each: the peer works again")
				}
			}
			n.breakDown(failures - 1)
			n.mustPass("fewer failures in a row than Failures since then")
		})
	})
	t.Run("a probe that fails means another Cooldown", func(t *testing.T) {
		in(t, breaker.Config{Failures: failures, Cooldown: cooldown, Attempts: 3, Backoff: 1}, func(n *network) {
			n.breakDown(failures)
			for i := range 4 {
				n.pass(cooldown + moment)
				n.does(n.failure())
				n.mustArrive(n.get(), failures+i+1, "the peer gets one probe a Cooldown")
				n.then("a probe failed")
				n.does(reply{status: 200})
				n.pass(cooldown / 2)
				n.mustBeLeftAlone("the probe has failed")
				n.pass(cooldown/2 - moment)
				n.mustBeLeftAlone("the Cooldown is not over")
			}
			n.pass(2 * moment)
			n.mustPass("the Cooldown is over")
		})
	})
	t.Run("a probe whose caller leaves is no answer", func(t *testing.T) {
		in(t, fragile, func(n *network) {
			n.breakDown(failures)
			n.pass(cooldown + moment)
			n.does(reply{status: 200, takes: never})
			n.leaves(time.Second)
			n.then("the probe's caller left")
			n.does(n.failure())
			n.mustArrive(n.get(), failures+2, "the next call is the probe")
			n.then("the next probe failed")
			n.does(reply{status: 200})
			n.mustBeLeftAlone("another Cooldown has begun")
			n.pass(cooldown + moment)
			n.mustPass("the Cooldown is over")
		})
	})
	t.Run("answers to what was sent before come too late", comeTooLate)
}

// comeTooLate has calls answered long after the peer was left alone.
func comeTooLate(t *testing.T) {
	crowd(t, fragile, func(n *network) {
		var wg sync.WaitGroup
		defer wg.Wait()
		var gates []func()
		defer func() {
			for _, open := range gates {
				open()
			}
		}()
		slow := func(r reply) (release func()) {
			gate := make(chan struct{})
			r.gate = gate
			n.does(r)
			wg.Go(func() { n.get() })
			synctest.Wait()
			gates = append(gates, sync.OnceFunc(func() { close(gate); synctest.Wait() }))
			return gates[len(gates)-1]
		}
		succeed, fail, again := slow(reply{status: 200}), slow(reply{status: 500}), slow(reply{status: 200})
		n.then("3 × GET from %s hang", stock)
		n.breakDown(failures)
		n.pass(cooldown / 2)
		succeed()
		n.then("one of the three was answered: 200")
		n.mustBeLeftAlone("only a probe says how the peer is now")
		fail()
		n.then("one of the three was answered: 500")
		n.pass(cooldown/2 + moment)
		slow(reply{status: 500})
		n.does(reply{status: 200})
		if sent := len(n.arrived(stock)) - failures - 3; sent != 1 {
			n.fail(outcome{sent: "GET from " + stock}, "not sent", "sent, as a probe: the Cooldown is over")
		}
		n.then("a probe was sent, and hangs")
		again()
		n.then("the last of the three was answered: 200")
		n.mustBeLeftAlone("the probe has no answer yet")
	})
}
