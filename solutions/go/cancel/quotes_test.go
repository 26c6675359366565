package cancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/go/cancel"
)

const moment = 5 * time.Millisecond // of the fake clock: what a step of the desk's own may take

// 1. Quotes answers with one quote of every carrier, cheapest first, and takes as long as the slowest carrier.
func TestQuotes(t *testing.T) {
	t.Run("every carrier's quote comes, cheapest first", func(t *testing.T) {
		in(t, nil, func(o *office) { o.mustBeComplete(o.ask(o.postcode(), 0)) })
	})
	t.Run("the answer takes as long as the slowest carrier", func(t *testing.T) {
		in(t, nil, func(o *office) {
			if r := o.ask(o.postcode(), 0); r.took > o.slowest().takes+moment {
				o.fail(r, r.String(), "an answer after "+o.slowest().takes.String())
			}
		})
	})
}

// 2. A caller whose context ends gets the context's error at that moment, even when a carrier does not listen to its own context.
func TestCallerLeaves(t *testing.T) {
	leave := func(t *testing.T, change func(*office), end func(o *office, after time.Duration) outcome, want error) {
		in(t, change, func(o *office) {
			after := o.slowest().takes - 150*time.Millisecond // all but one or two have answered
			if r := end(o, after); !errors.Is(r.err, want) || r.took > after+moment {
				o.fail(r, r.String(), fmt.Sprintf("the error %q after %s", want, after))
			}
		})
	}
	deadline := func(o *office, after time.Duration) outcome { return o.ask(o.postcode(), after) }
	t.Run("a deadline that passes ends the wait", func(t *testing.T) {
		leave(t, nil, deadline, context.DeadlineExceeded)
	})
	t.Run("a caller who cancels is answered at that moment", func(t *testing.T) {
		leave(t, nil, func(o *office, after time.Duration) outcome {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(after, cancel)
			code := o.postcode()
			return o.call(ctx, code, fmt.Sprintf("Quotes(ctx, %q), cancelled after %s, carriers after\n%s", code, after, o.list()))
		}, context.Canceled)
	})
	t.Run("carriers that do not listen hold nobody up", func(t *testing.T) {
		leave(t, deafen, deadline, context.DeadlineExceeded)
	})
}

// 3. A carrier that is still at work when Quotes returns is told so by its context.
func TestCarriersAreTold(t *testing.T) {
	told := func(t *testing.T, change func(*office), patience time.Duration) {
		in(t, change, func(o *office) {
			r := o.ask(o.postcode(), patience)
			if working := o.working(); len(working) > 0 {
				o.fail(r, r.String()+"\nstill at work then: "+strings.Join(working, ", "), "their contexts have ended, and so they stop")
			}
		})
	}
	t.Run("a caller who leaves stops every carrier", func(t *testing.T) { told(t, nil, 100*time.Millisecond) })
	t.Run("a carrier that fails stops the others", func(t *testing.T) { told(t, breakDown, 0) })
}

// 4. When a carrier fails, its error is the answer, at that moment.
func TestCarrierFails(t *testing.T) {
	fails := func(t *testing.T, change func(*office), f func(o *office)) {
		in(t, func(o *office) { breakDown(o); change(o) }, f)
	}
	t.Run("the answer is the error of the carrier that failed", func(t *testing.T) {
		fails(t, func(*office) {}, func(o *office) {
			if r := o.ask(o.postcode(), 0); !errors.Is(r.err, errLorry) {
				o.fail(r, r.String(), fmt.Sprintf("the error %q", errLorry))
			}
		})
	})
	t.Run("nobody waits for the others after a failure", func(t *testing.T) {
		fails(t, deafen, func(o *office) {
			if r := o.ask(o.postcode(), 0); r.err == nil || r.took > o.carriers[0].takes+moment {
				o.fail(r, r.String(), fmt.Sprintf("the error %q after %s", errLorry, o.carriers[0].takes))
			}
		})
	})
}

// 5. Once Quotes has returned and the carriers have too, no goroutine of that call is left.
func TestNobodyIsLeft(t *testing.T) {
	none := func(t *testing.T, change func(*office), end func(*office) (context.Context, string)) {
		in(t, change, func(o *office) {
			code := o.postcode()
			ctx, when := end(o)
			r := o.call(ctx, code, fmt.Sprintf("Quotes(ctx, %q), %s, carriers after\n%s", code, when, o.list()))
			time.Sleep(10 * o.slowest().takes) // the deaf have answered by now
			if left := bubble.Others(); len(left) > o.idle {
				kit.Fail(t, kit.Failure{
					Sent: r.sent, Got: fmt.Sprintf("%s\n%d goroutines left when all carriers had returned, one at\n%s", r, len(left)-o.idle, bubble.Line(left)),
					Want: "none left", At: bubble.Line(left),
				})
			}
		})
	}
	stays := func(o *office) (context.Context, string) {
		ctx, stop := context.WithCancel(context.Background())
		o.t.Cleanup(stop) // not before the goroutines are counted
		return ctx, "ctx does not end"
	}
	leaves := func(*office) (context.Context, string) {
		ctx, stop := context.WithCancel(context.Background())
		time.AfterFunc(100*time.Millisecond, stop)
		return ctx, "ctx ends after 100ms"
	}
	t.Run("nobody is left after quotes that came", func(t *testing.T) { none(t, nil, stays) })
	t.Run("nobody is left after a carrier's failure", func(t *testing.T) { none(t, breakDown, stays) })
	t.Run("nobody is left after a caller who left", func(t *testing.T) { none(t, nil, leaves) })
	t.Run("nobody is left when carriers answer a caller who left", func(t *testing.T) { none(t, deafen, leaves) })
}

// 6. Quotes are remembered when they are complete, and only then; whoever asks for remembered ones gets them without a carrier being asked.
func TestRemembered(t *testing.T) {
	t.Run("complete quotes are given again without asking", func(t *testing.T) {
		in(t, nil, func(o *office) {
			code := o.postcode()
			o.ask(code, 0)
			again := o.ask(code, 0)
			if again.sent = "for the second time, " + again.sent; again.asked > 0 {
				o.fail(again, fmt.Sprintf("%d carriers were asked again", again.asked), "none is asked, the quotes are remembered")
			}
			o.mustBeComplete(again)
		})
	})
	t.Run("another postcode is asked for by itself", func(t *testing.T) {
		in(t, nil, func(o *office) {
			code := o.postcode()
			o.ask(code, 0)
			for _, c := range o.carriers {
				c.cents += 1000
			}
			o.mustBeComplete(o.ask(code+"0", 0))
		})
	})
	after := func(t *testing.T, change func(*office), patience time.Duration, what string) {
		in(t, change, func(o *office) {
			code := o.postcode()
			o.ask(code, patience)
			o.mend()
			time.Sleep(10 * o.slowest().takes)
			again := o.ask(code, 0)
			again.sent = what + ", then\n" + again.sent
			o.mustBeComplete(again)
		})
	}
	t.Run("a caller who left before any answer leaves no quotes behind", func(t *testing.T) {
		after(t, nil, 50*time.Millisecond, "a caller left before any answer")
	})
	t.Run("a caller who left after some answers leaves no quotes behind", func(t *testing.T) {
		after(t, nil, 380*time.Millisecond, "a caller left when one carrier had answered")
	})
	t.Run("a failure is not remembered", func(t *testing.T) {
		after(t, breakDown, 0, "one carrier failed")
	})
}

// 7. A caller who waits, or leaves, does so alone: others get their quotes.
func TestOthers(t *testing.T) {
	t.Run("a caller who waits holds up nobody", waiterAlone)
	t.Run("a caller who leaves spoils nothing for another with the same postcode", leaverAlone)
}

// gated is a desk with one carrier that answers when its gate opens. It needs no
// clock: a lock would stop the fake one.
type gated struct {
	*cancel.Desk
	asked chan struct{} // closed with the first question
	gate  chan struct{}
}

// quote is what the carrier answers.
var quote = cancel.Quote{Carrier: "Swift", Cents: 100}

// newGated returns a desk whose carrier waits only where the postcode is slow.
func newGated(slow string) gated {
	g := gated{asked: make(chan struct{}), gate: make(chan struct{})}
	var once sync.Once
	g.Desk = cancel.New(func(ctx context.Context, postcode string) (cancel.Quote, error) {
		once.Do(func() { close(g.asked) })
		if postcode != slow {
			return quote, nil
		}
		select {
		case <-g.gate:
			return quote, nil
		case <-ctx.Done():
			return cancel.Quote{}, ctx.Err()
		}
	})
	return g
}

const ample = 3 * time.Second

// waiterAlone has a caller ask while another one waits for a carrier.
func waiterAlone(t *testing.T) {
	r := kit.Rand(t)
	slow, quick := kit.Word(r, 5), kit.Word(r, 6)
	g := newGated(slow)
	first := bubble.Go(func() { _, _ = g.Quotes(context.Background(), slow) })
	defer func() { close(g.gate); <-first.Done() }()
	kit.Within(t, ample, fmt.Sprintf("Quotes(ctx, %q), while another caller waits for a carrier\nthat does not answer for %q", quick, slow), func() {
		<-g.asked
		_, _ = g.Quotes(context.Background(), quick)
	})
}

// leaverAlone has the first of two callers leave, and then the carrier answer.
func leaverAlone(t *testing.T) {
	code := kit.Word(kit.Rand(t), 5)
	g := newGated(code)
	ctx, leave := context.WithCancel(context.Background())
	var quotes []cancel.Quote
	var err error
	sent := fmt.Sprintf("two callers at once, Quotes(ctx, %q). The first one's context\nends, then the carrier answers", code)
	kit.Within(t, ample, sent, func() {
		first := bubble.Go(func() { _, _ = g.Quotes(ctx, code) })
		<-g.asked
		second := bubble.Go(func() { quotes, err = g.Quotes(context.Background(), code) })
		second.Settle()
		leave()
		<-first.Done()
		close(g.gate)
		<-second.Done()
	})
	if err != nil || !slices.Equal(quotes, []cancel.Quote{quote}) {
		kit.Fail(t, kit.Failure{Sent: sent, Got: "the second got " + outcome{quotes: quotes, err: err}.String(), Want: "the second gets " + brief([]cancel.Quote{quote}), At: kit.At((*cancel.Desk).Quotes)})
	}
}
