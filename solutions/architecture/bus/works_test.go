package bus_test

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
	"time"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/architecture/bus"
)

// ample is how long a test waits for what should come at once, before it takes
// it for a deadlock.
const ample = 6 * time.Second

var errFull = errors.New("the warehouse is full")

// works is a bus with endpoints that take down what they get, and do what the
// test says.
type works struct {
	t     *testing.T
	rand  *rand.Rand
	rules []bus.Rule
	tries int

	mu     sync.Mutex
	taken  map[string][]bus.Delivery // by endpoint, failed attempts too
	dead   []bus.DeadLetter
	does   map[string]func(context.Context, bus.Delivery) error
	sent   []bus.Message
	number int
}

func open(t *testing.T) *works {
	w := &works{t: t, rand: kit.Rand(t), tries: 1, taken: map[string][]bus.Delivery{}, does: map[string]func(context.Context, bus.Delivery) error{}}
	w.rules = []bus.Rule{{To: "berlin", Country: "DE"}, {To: "lyon", Country: "FR"}, {To: "audit"}}
	return w
}

func (w *works) endpoint(name string) bus.Endpoint {
	return func(ctx context.Context, d bus.Delivery) error {
		w.mu.Lock()
		copied := d
		copied.Order.Lines = slices.Clone(d.Order.Lines)
		w.taken[name] = append(w.taken[name], copied)
		f := w.does[name]
		w.mu.Unlock()
		if f != nil {
			return f(ctx, d)
		}
		return nil
	}
}

func (w *works) bus() *bus.Bus {
	endpoints := map[string]bus.Endpoint{}
	for _, name := range []string{"berlin", "lyon", "audit", "customs"} {
		endpoints[name] = w.endpoint(name)
	}
	return bus.New(bus.Config{Endpoints: endpoints, Rules: slices.Clone(w.rules), Attempts: w.tries, Dead: w.bury})
}

func (w *works) bury(d bus.DeadLetter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = append(w.dead, d)
}

// order draws one that ships to country.
func (w *works) order(country string, cents int64) bus.Order {
	w.number++
	return bus.Order{
		Number: fmt.Sprintf("%s-%d", strings.ToUpper(kit.Word(w.rand, 2)), w.number), Country: country, Cents: cents,
		Lines: []bus.Line{{SKU: kit.Word(w.rand, 4), Quantity: 1 + w.rand.IntN(9)}, {SKU: kit.Word(w.rand, 5), Quantity: 1 + w.rand.IntN(9)}},
	}
}

func message(id, body string) bus.Message {
	m := bus.Message{ID: id, Correlation: "c-" + id, Type: "application/xml", Body: body}
	if strings.HasPrefix(body, "{") {
		m.Type = "application/json"
	}
	return m
}

func asXML(o bus.Order) string {
	return fmt.Sprintf(`<order xmlns="urn:shop:order:1"><number>%s</number>%s%s<lines>%s</lines></order>`,
		o.Number, shipTo(o.Country), total(o.Cents), lines(o.Lines))
}

func shipTo(country string) string { return "<ship-to><country>" + country + "</country></ship-to>" }

func total(cents int64) string { return fmt.Sprintf("<total>%d.%02d</total>", cents/100, cents%100) }

func lines(all []bus.Line) (text string) {
	for _, l := range all {
		text += fmt.Sprintf(`<line sku="%s" quantity="%d"/>`, l.SKU, l.Quantity)
	}
	return text
}

func asJSON(o bus.Order) string {
	return fmt.Sprintf(`{"orderNo":%q,"shipping":{"country":%q},"amountCents":%d,"items":[%s]}`, o.Number, o.Country, o.Cents, items(o.Lines))
}

func items(all []bus.Line) string {
	var words []string
	for _, l := range all {
		words = append(words, fmt.Sprintf(`{"article":%q,"qty":%d}`, l.SKU, l.Quantity))
	}
	return strings.Join(words, ",")
}

// run sends the messages and returns when the bus has, having failed the
// behaviour if it does not or returns an error.
func (w *works) run(all ...bus.Message) {
	w.t.Helper()
	w.sent = all
	var err error
	kit.Within(w.t, ample, w.story()+"\nin is closed", func() {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		in := make(chan bus.Message, len(all))
		for _, m := range all {
			in <- m
		}
		close(in)
		err = w.bus().Run(context.Background(), in)
	})
	if err != nil {
		w.fail(fmt.Sprintf("Run returned the error %q", err), "nil: every message is delivered or dead")
	}
}

// story tells what was sent.
func (w *works) story() string {
	var text []string
	for i, m := range w.sent {
		if i == 4 && len(w.sent) > 5 {
			text = append(text, fmt.Sprintf("… %d more", len(w.sent)-4))
			break
		}
		text = append(text, fmt.Sprintf("%s (%s)\n%s", m.ID, m.Type, broken(string(m.Body))))
	}
	var rules []string
	for _, r := range w.rules {
		rules = append(rules, strings.TrimSpace(fmt.Sprintf("%s: %s from %d cents", r.To, cmp.Or(r.Country, "any country"), r.Cents)))
	}
	return strings.Join(text, "\n") + "\nAttempts " + fmt.Sprint(w.tries) + "; rules " + strings.Join(rules, ", ")
}

func (w *works) fail(got, want string) {
	w.t.Helper()
	kit.Fail(w.t, kit.Failure{Sent: w.story(), Got: got, Want: want, At: kit.At((*bus.Bus).Run)})
}

// numbers returns the order numbers of what an endpoint was given.
func (w *works) numbers(name string) (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.taken[name] {
		all = append(all, d.Order.Number)
	}
	return all
}

// gives fails unless the endpoint was given these orders, in whatever order.
func (w *works) gives(name string, want ...string) {
	w.t.Helper()
	if got := w.numbers(name); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		w.fail(name+" was given "+list(got), name+" is given "+list(want))
	}
}

// givesInOrder is gives for tests of the order.
func (w *works) givesInOrder(name string, want ...string) {
	w.t.Helper()
	if got := w.numbers(name); !slices.Equal(got, want) {
		w.fail(name+" was given "+list(got), name+" is given "+list(want))
	}
}

func list(words []string) string {
	switch {
	case len(words) == 0:
		return "nothing"
	case len(words) > 8:
		return strings.Join(words[:8], " ") + fmt.Sprintf(" … (%d)", len(words))
	}
	return strings.Join(words, " ")
}

// buried fails unless the dead letters are just these, each as "ID endpoint".
func (w *works) buried(want ...string) {
	w.t.Helper()
	w.mu.Lock()
	var got []string
	whole := true
	for _, d := range w.dead {
		got = append(got, strings.TrimSpace(d.Message.ID+" "+d.Endpoint))
		whole = whole && d.Err != nil && slices.Contains(w.sent, d.Message)
	}
	w.mu.Unlock()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.fail("dead letters: "+commas(got), "dead letters: "+commas(want))
	}
	if !whole {
		w.fail("a dead letter without an error, or whose message is not the one that came", "the message as it came, and why")
	}
}

func commas(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}

// broken breaks what a message says into lines of a screen.
func broken(body string) string {
	seams := strings.NewReplacer("><", ">\x00<", ",\"", ",\x00\"").Replace(body)
	var lines []string
	line := ""
	for piece := range strings.SplitSeq(seams, "\x00") {
		if line != "" && len(line)+len(piece) > 66 {
			lines, line = append(lines, line), ""
		}
		line += piece
	}
	return strings.Join(append(lines, line), "\n")
}
