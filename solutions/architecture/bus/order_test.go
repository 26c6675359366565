package bus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/architecture/bus"
)

// 5. Each endpoint gets its orders one at a time and in the order of the messages, also when one has to be tried again.
func TestOrder(t *testing.T) {
	t.Run("orders come as the messages did", func(t *testing.T) {
		w := open(t)
		var all []bus.Message
		var want []string
		for i := range 200 {
			o := w.order("DE", 500)
			write := asXML
			if i%2 == 1 {
				write = asJSON
			}
			all, want = append(all, message(fmt.Sprint("m", i+1), write(o))), append(want, o.Number)
		}
		w.run(all...)
		w.givesInOrder("berlin", want...)
		w.givesInOrder("audit", want...)
	})
	t.Run("an order that is tried again stays before its successors", func(t *testing.T) {
		w := open(t)
		w.tries = 3
		another, calls := make(chan struct{}, 20), 0
		w.does["berlin"] = func(context.Context, bus.Delivery) error {
			w.mu.Lock()
			calls++
			n := calls
			w.mu.Unlock()
			switch n {
			case 1:
				linger(another)
				return errFull
			case 2:
				another <- struct{}{}
				return errFull
			}
			return nil
		}
		a, b, c := w.order("DE", 500), w.order("DE", 600), w.order("DE", 700)
		w.run(message("m1", asXML(a)), message("m2", asXML(b)), message("m3", asJSON(c)))
		w.givesInOrder("berlin", a.Number, a.Number, a.Number, b.Number, c.Number)
	})
	t.Run("an endpoint gets one order at a time", func(t *testing.T) {
		w := open(t)
		another, inside, most := make(chan struct{}, 20), 0, 0
		w.does["berlin"] = func(context.Context, bus.Delivery) error {
			w.mu.Lock()
			first := len(w.taken["berlin"]) == 1
			inside++
			most = max(most, inside)
			w.mu.Unlock()
			if first {
				linger(another)
			} else {
				another <- struct{}{}
			}
			w.mu.Lock()
			inside--
			w.mu.Unlock()
			return nil
		}
		var all []bus.Message
		for i := range 9 {
			all = append(all, message(fmt.Sprint("m", i+1), asXML(w.order("DE", 500))))
		}
		w.run(all...)
		if most != 1 {
			w.fail(fmt.Sprintf("berlin was given %d orders at a time", most), "one at a time")
		}
	})
}

// linger waits for another call. A right answer makes none, and waits in vain.
func linger(another <-chan struct{}) {
	select {
	case <-another:
	case <-time.After(250 * time.Millisecond):
	}
}

// feeding is a bus that runs and waits for messages.
type feeding struct {
	*bubble.Goroutine
	in  chan bus.Message
	err error
}

func (w *works) feed(ctx context.Context) *feeding {
	f := &feeding{in: make(chan bus.Message, 9)}
	b := w.bus()
	f.Goroutine = bubble.Go(func() { f.err = b.Run(ctx, f.in) })
	return f
}

// 6. An endpoint that is slow holds up no other, however many orders wait for it.
func TestSlow(t *testing.T) {
	t.Run("a slow endpoint holds up no other", func(t *testing.T) {
		w := open(t)
		const orders = 500
		gate, done := make(chan struct{}), make(chan struct{})
		w.does["berlin"] = func(context.Context, bus.Delivery) error { <-gate; return nil }
		seen := 0
		w.does["audit"] = func(context.Context, bus.Delivery) error {
			if seen++; seen == orders {
				close(done)
			}
			return nil
		}
		f := w.feed(context.Background())
		kit.Within(t, ample, fmt.Sprintf("%d orders for berlin and audit. berlin does not return from the\nfirst; audit waits for all of them", orders), func() {
			for i := range orders {
				f.in <- message(fmt.Sprint("m", i+1), asXML(w.order("DE", 500)))
			}
			<-done
			close(gate)
			close(f.in)
			<-f.Done()
		})
		if got := len(w.numbers("berlin")); got != orders {
			w.fail(fmt.Sprintf("berlin was given %d orders in the end", got), fmt.Sprintf("all %d", orders))
		}
	})
}

// 7. Every delivery has the correlation id of its message; a message that has none is known by its ID.
func TestCorrelation(t *testing.T) {
	t.Run("a delivery has the correlation id of its message", func(t *testing.T) {
		w := open(t)
		x, j, none := message("m1", asXML(w.order("DE", 500))), message("m2", asJSON(w.order("DE", 600))), message("m3", asXML(w.order("DE", 700)))
		x.Correlation, j.Correlation, none.Correlation = kit.Word(w.rand, 8), kit.Word(w.rand, 9), ""
		w.run(x, j, none)
		want := []string{x.Correlation, j.Correlation, none.ID}
		slices.Sort(want)
		for _, name := range []string{"berlin", "audit"} {
			var got []string
			for _, d := range w.taken[name] {
				got = append(got, d.Correlation)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				w.fail(fmt.Sprintf("%s was given the correlation ids %q", name, got), fmt.Sprintf("%q: the last message has none", want))
			}
		}
	})
}

// 8. Run returns nil when in is closed and every message is delivered or dead. When ctx ends before, it begins no delivery more, and returns ctx's error when those under way have ended.
func TestEnd(t *testing.T) {
	t.Run("a closed in ends Run when all is delivered", func(t *testing.T) {
		w := open(t)
		gate := make(chan struct{})
		w.does["berlin"] = func(context.Context, bus.Delivery) error { <-gate; return nil }
		f := w.feed(context.Background())
		early := false
		kit.Within(t, ample, "3 orders for berlin, which is slow, and in is closed", func() {
			for i := range 3 {
				f.in <- message(fmt.Sprint("m", i+1), asXML(w.order("DE", 500)))
			}
			close(f.in)
			early = f.Settle()
			close(gate)
			<-f.Done()
		})
		if early || f.err != nil || len(w.numbers("berlin")) != 3 {
			w.fail(fmt.Sprintf("Run returned %v, before the slow one was ready: %v; berlin was given %s", f.err, early, list(w.numbers("berlin"))), "nil, when all three are delivered")
		}
	})
	t.Run("an ended context ends Run while nothing comes", func(t *testing.T) {
		w := open(t)
		ctx, stop := context.WithCancel(context.Background())
		f := w.feed(ctx)
		kit.Within(t, ample, "ctx ends, in stays open", func() {
			f.Settle()
			stop()
			<-f.Done()
		})
		if !errors.Is(f.err, context.Canceled) {
			w.fail(fmt.Sprintf("Run returned %v", f.err), "ctx's error")
		}
	})
	t.Run("no delivery begins after the context has ended", func(t *testing.T) {
		w := open(t)
		w.tries = 3
		ctx, stop := context.WithCancel(context.Background())
		began := make(chan struct{})
		w.does["berlin"] = func(ctx context.Context, _ bus.Delivery) error {
			began <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		}
		f := w.feed(ctx)
		kit.Within(t, ample, "3 orders for berlin. ctx ends while it has the first", func() {
			for i := range 3 {
				f.in <- message(fmt.Sprint("m", i+1), asXML(w.order("DE", 500)))
			}
			<-began
			stop()
			for {
				select {
				case <-began:
				case <-f.Done():
					return
				}
			}
		})
		if got := len(w.numbers("berlin")); got != 1 || !errors.Is(f.err, context.Canceled) {
			w.fail(fmt.Sprintf("berlin was called %d times, Run returned %v", got, f.err), "berlin is called once, Run returns ctx's error")
		}
	})
}
