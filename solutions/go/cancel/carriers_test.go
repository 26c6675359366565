package cancel_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/bubble"
	"github.com/kata-go/kata/solutions/go/cancel"
)

var errLorry = errors.New("the lorry has broken down")

// carrier answers after a while, or fails then.
type carrier struct {
	name  string
	cents int
	takes time.Duration
	fails error
	deaf  bool // takes no notice of its context

	mu      sync.Mutex
	asked   int
	working int
}

func (c *carrier) String() string {
	how := ""
	if c.deaf {
		how = " (not listening)"
	}
	if c.fails != nil {
		how += " (fails)"
	}
	return fmt.Sprintf("%s %s%s", c.name, c.takes, how)
}

func (c *carrier) ask(ctx context.Context, _ string) (cancel.Quote, error) {
	c.note(1, 1)
	defer c.note(0, -1)
	gone := ctx.Done()
	if c.deaf {
		gone = nil
	}
	select {
	case <-gone:
		return cancel.Quote{}, fmt.Errorf("%s: %w", c.name, ctx.Err())
	case <-time.After(c.takes):
		return c.quote(), c.fails
	}
}

func (c *carrier) note(asked, working int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked += asked
	c.working += working
}

func (c *carrier) quote() cancel.Quote {
	if c.fails != nil {
		return cancel.Quote{}
	}
	return cancel.Quote{Carrier: c.name, Cents: c.cents}
}

// office is a desk with its carriers, on a fake clock.
type office struct {
	t        *testing.T
	rand     *rand.Rand
	carriers []*carrier
	desk     *cancel.Desk
	idle     int // goroutines that the desk has before it is asked anything
}

// in opens an office in a bubble. Carriers 0, 1, 2 … take 200 ms, 400 ms …, a
// little more or less; change is made before the desk opens.
func in(t *testing.T, change func(*office), f func(*office)) {
	t.Helper()
	bubble.Run(t, "Quotes(ctx, postcode)", func(t *testing.T) {
		o := &office{t: t, rand: kit.Rand(t)}
		prices := o.rand.Perm(900)
		if prices[0] < prices[1] {
			prices[0], prices[1] = prices[1], prices[0] // who answers first is not the cheapest
		}
		for i, name := range []string{"Swift", "Heron", "Gull", "Crane"}[:3+o.rand.IntN(2)] {
			takes := time.Duration(200*(i+1)+o.rand.IntN(150)) * time.Millisecond
			o.carriers = append(o.carriers, &carrier{name: name, cents: 100 + prices[i], takes: takes})
		}
		if change != nil {
			change(o)
		}
		o.desk = cancel.New(o.shuffled()...)
		o.idle = len(bubble.Others())
		f(o)
	})
}

// shuffled returns the carriers in an order in which the quickest is not first.
func (o *office) shuffled() (all []cancel.Carrier) {
	order := o.rand.Perm(len(o.carriers))
	if order[0] == 0 {
		order[0], order[1] = order[1], order[0]
	}
	for _, i := range order {
		all = append(all, o.carriers[i].ask)
	}
	return all
}

func (o *office) slowest() *carrier { return o.carriers[len(o.carriers)-1] }

// deafen makes all carriers take no notice of their contexts.
func deafen(o *office) {
	for _, c := range o.carriers {
		c.deaf = true
	}
}

// breakDown makes the first carrier to answer fail.
func breakDown(o *office) { o.carriers[0].fails = errLorry }

// mend lets all carriers answer.
func (o *office) mend() {
	for _, c := range o.carriers {
		c.fails, c.deaf = nil, false
	}
}

// postcode draws one.
func (o *office) postcode() string { return fmt.Sprintf("%05d", o.rand.IntN(100000)) }

// outcome is what a call of Quotes did.
type outcome struct {
	sent   string
	quotes []cancel.Quote
	err    error
	took   time.Duration
	asked  int // how many carriers were asked meanwhile
}

// ask calls Quotes with a context that ends after patience, if that is not 0.
func (o *office) ask(postcode string, patience time.Duration) outcome {
	ctx, sent := context.Background(), fmt.Sprintf("Quotes(ctx, %q), carriers answer after\n%s", postcode, o.list())
	if patience > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, patience)
		defer stop()
		sent = fmt.Sprintf("Quotes(ctx, %q), ctx ends after %s, carriers after\n%s", postcode, patience, o.list())
	}
	return o.call(ctx, postcode, sent)
}

func (o *office) call(ctx context.Context, postcode, sent string) outcome {
	before, began := o.asked(), time.Now()
	quotes, err := o.desk.Quotes(ctx, postcode)
	took := time.Since(began)
	synctest.Wait()
	return outcome{sent, quotes, err, took, o.asked() - before}
}

func (o *office) list() string {
	var words []string
	for _, c := range o.carriers {
		words = append(words, c.String())
	}
	return strings.Join(words, " · ")
}

// asked counts how often the carriers have been asked.
func (o *office) asked() (n int) {
	for _, c := range o.carriers {
		c.mu.Lock()
		n += c.asked
		c.mu.Unlock()
	}
	return n
}

// working lists the carriers that have not returned.
func (o *office) working() (names []string) {
	for _, c := range o.carriers {
		c.mu.Lock()
		if c.working > 0 {
			names = append(names, c.name)
		}
		c.mu.Unlock()
	}
	return names
}

// complete is the answer that all carriers together give, cheapest first.
func (o *office) complete() (quotes []cancel.Quote) {
	for _, c := range o.carriers {
		quotes = append(quotes, c.quote())
	}
	slices.SortFunc(quotes, func(a, b cancel.Quote) int { return cmp.Compare(a.Cents, b.Cents) })
	return quotes
}

func (r outcome) String() string {
	text := brief(r.quotes)
	if r.err != nil {
		text = fmt.Sprintf("the error %q", r.err)
	}
	if r.took > 0 {
		text += " after " + r.took.String()
	}
	return text
}

func brief(quotes []cancel.Quote) string {
	var words []string
	for _, q := range quotes {
		words = append(words, fmt.Sprintf("%s %d", q.Carrier, q.Cents))
	}
	if words == nil {
		return "no quotes"
	}
	return strings.Join(words, ", ")
}

// fail reports what was seen of r.
func (o *office) fail(r outcome, got, want string) {
	o.t.Helper()
	kit.Fail(o.t, kit.Failure{Sent: r.sent, Got: got, Want: want, At: kit.At((*cancel.Desk).Quotes)})
}

// mustBeComplete fails unless r has every carrier's quote.
func (o *office) mustBeComplete(r outcome) {
	o.t.Helper()
	if r.err != nil || !slices.Equal(r.quotes, o.complete()) {
		o.fail(r, r.String(), brief(o.complete()))
	}
}
