package bus_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/solutions/architecture/bus"
)

// 1. An order goes, once, to each endpoint that some rule names for it, by what the order says. If no rule names one, it is a dead letter.
func TestRoutes(t *testing.T) {
	t.Run("an order goes to those whose rules it fits", func(t *testing.T) {
		w := open(t)
		de, fr, it := w.order("DE", 500), w.order("FR", 600), w.order("IT", 700)
		w.run(message("m1", asXML(de)), message("m2", asJSON(fr)), message("m3", asXML(it)))
		w.gives("berlin", de.Number)
		w.gives("lyon", fr.Number)
		w.gives("audit", de.Number, fr.Number, it.Number)
		w.gives("customs")
		w.buried()
	})
	t.Run("a rule's amount is the least that it takes", func(t *testing.T) {
		w := open(t)
		limit := 25 * int64(40+w.rand.IntN(200))
		w.rules = []bus.Rule{{To: "audit", Cents: limit}, {To: "lyon"}}
		below, at, above := w.order("DE", limit-1), w.order("DE", limit), w.order("DE", limit+1)
		w.run(message("m1", asXML(below)), message("m2", asXML(at)), message("m3", asJSON(above)))
		w.gives("audit", at.Number, above.Number)
	})
	t.Run("whoever is named by two rules gets an order once", func(t *testing.T) {
		w := open(t)
		w.rules = []bus.Rule{{To: "audit", Country: "DE"}, {To: "berlin", Country: "DE"}, {To: "audit", Cents: 100}}
		o := w.order("DE", 900)
		w.run(message("m1", asXML(o)))
		w.gives("audit", o.Number)
		w.gives("berlin", o.Number)
	})
	t.Run("an order that no rule names anybody for is a dead letter", func(t *testing.T) {
		w := open(t)
		w.rules = w.rules[:2]
		es, de := w.order("ES", 900), w.order("DE", 800)
		w.run(message("m1", asXML(es)), message("m2", asXML(de)))
		w.gives("berlin", de.Number)
		w.buried("m1")
	})
}

// 2. Endpoints get the same Order whichever format it came in, and wherever in the message things stand: see below. Amounts are exact.
func TestCanonical(t *testing.T) {
	is := func(t *testing.T, write func(w *works, o bus.Order) string) {
		w := open(t)
		o := w.order("DE", 25*int64(4+w.rand.IntN(3600)))
		w.run(message("m1", write(w, o)))
		w.mustBe(o)
	}
	t.Run("XML becomes the order", func(t *testing.T) {
		is(t, func(_ *works, o bus.Order) string { return asXML(o) })
	})
	t.Run("JSON becomes the order", func(t *testing.T) {
		is(t, func(_ *works, o bus.Order) string { return asJSON(o) })
	})
	t.Run("elements are known by their names and not by their places", func(t *testing.T) {
		is(t, func(w *works, o bus.Order) string {
			parts := []string{"<number>" + o.Number + "</number>", shipTo(o.Country), "<bill-to><country>FR</country></bill-to>", total(o.Cents), "<lines>" + lines(o.Lines) + "</lines>", "<note>rye bread</note>", "<!-- tea -->"}
			w.rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			for i, p := range parts { // the invoice address first, always
				if strings.HasPrefix(p, "<bill") {
					parts[0], parts[i] = parts[i], parts[0]
				}
			}
			return `<order xmlns="urn:shop:order:1">` + strings.Join(parts, "") + "</order>"
		})
	})
	t.Run("attributes and prefixes are known by what they mean", func(t *testing.T) {
		is(t, func(_ *works, o bus.Order) string {
			var text string
			for _, l := range o.Lines {
				text += fmt.Sprintf(`<o:line quantity="%d" gift="no" sku="%s"></o:line>`, l.Quantity, l.SKU)
			}
			return fmt.Sprintf(`<?xml version="1.0"?><o:order xmlns:o="urn:shop:order:1"><o:lines>%s</o:lines><o:total>%d.%02d</o:total><o:ship-to><o:street>x</o:street><o:country>DE</o:country></o:ship-to><o:number>%s</o:number></o:order>`,
				text, o.Cents/100, o.Cents%100, o.Number)
		})
	})
	t.Run("members come in any order with others between them", func(t *testing.T) {
		is(t, func(_ *works, o bus.Order) string {
			return fmt.Sprintf(`{"billing":{"country":"FR"},"items":[%s],"country":"IT","amountCents":%d,"gift":true,"shipping":{"street":"x","country":%q},"orderNo":%q}`, items(o.Lines), o.Cents, o.Country, o.Number)
		})
	})
	t.Run("a country is in capital letters and routed by them", func(t *testing.T) {
		for _, write := range []func(bus.Order) string{asXML, asJSON} {
			w := open(t)
			o := w.order("de", 700)
			w.run(message("m1", write(o)))
			o.Country = "DE"
			w.mustBe(o)
		}
	})
	t.Run("amounts are exact", func(t *testing.T) {
		w := open(t)
		totals := map[string]int64{"19.99": 1999, "1.1": 110, "4.35": 435, "0.29": 29, "7": 700, "1234567.89": 123456789, "90071992547409.93": 9007199254740993}
		for text, cents := range totals {
			w.taken = map[string][]bus.Delivery{}
			o := w.order("DE", cents)
			w.run(message("m1", strings.Replace(asXML(o), total(cents), "<total>"+text+"</total>", 1)))
			w.mustBe(o)
		}
	})
}

// mustBe fails unless berlin and audit were given just this order.
func (w *works) mustBe(o bus.Order) {
	w.t.Helper()
	for _, name := range []string{"berlin", "audit"} {
		var got []string
		for _, d := range w.taken[name] {
			got = append(got, fmt.Sprintf("%+v", d.Order))
		}
		if want := fmt.Sprintf("%+v", o); !slices.Equal(got, []string{want}) {
			w.fail(name+" was given "+list(got), name+" is given "+want)
		}
	}
}

// 3. A message that cannot be read is a dead letter, as it came, and those behind it are delivered.
func TestUnreadable(t *testing.T) {
	dies := func(t *testing.T, bodies func(w *works, o bus.Order) []string) {
		w := open(t)
		before, after := w.order("DE", 500), w.order("DE", 600)
		all := []bus.Message{message("good1", asXML(before))}
		var want []string
		for i, body := range bodies(w, w.order("DE", 700)) {
			all = append(all, message(fmt.Sprint("bad", i+1), body))
			want = append(want, fmt.Sprint("bad", i+1))
		}
		w.run(append(all, message("good2", asJSON(after)))...)
		w.gives("berlin", before.Number, after.Number)
		w.gives("audit", before.Number, after.Number)
		w.buried(want...)
	}
	t.Run("a message that is cut off is a dead letter", func(t *testing.T) {
		dies(t, func(w *works, o bus.Order) []string {
			x, j := asXML(o), asJSON(o)
			return []string{x[:len(x)-1-w.rand.IntN(40)], j[:len(j)-1-w.rand.IntN(20)], ""}
		})
	})
	t.Run("an order that lacks what it needs is a dead letter", func(t *testing.T) {
		dies(t, func(_ *works, o bus.Order) []string {
			var all []string
			for _, part := range []string{"<number>" + o.Number + "</number>", shipTo(o.Country), total(o.Cents), lines(o.Lines)} {
				all = append(all, strings.Replace(asXML(o), part, "", 1))
			}
			for _, part := range []string{`"orderNo":` + fmt.Sprintf("%q,", o.Number), fmt.Sprintf(`"shipping":{"country":%q},`, o.Country), fmt.Sprintf(`"amountCents":%d,`, o.Cents), items(o.Lines)} {
				all = append(all, strings.Replace(asJSON(o), part, "", 1))
			}
			return all
		})
	})
	t.Run("a total that is no amount is a dead letter", func(t *testing.T) {
		dies(t, func(_ *works, o bus.Order) []string {
			var all []string
			for _, text := range []string{"", "ten", "1.999", "1,50", "1.2.3", "1e3", "NaN"} {
				all = append(all, strings.Replace(asXML(o), total(o.Cents), "<total>"+text+"</total>", 1))
			}
			return all
		})
	})
	t.Run("a message of another type is a dead letter", func(t *testing.T) {
		w := open(t)
		o := w.order("DE", 500)
		m := message("m1", asJSON(o))
		m.Type = "text/csv"
		x := message("m2", asXML(o))
		x.Type = "text/csv"
		w.run(m, x, message("m3", asJSON(o)))
		w.gives("berlin", o.Number)
		w.buried("m1", "m2")
	})
}

// 4. An endpoint that fails or panics gets the order again, Attempts times in all; then it is a dead letter with the endpoint's error, once for each such endpoint. Other endpoints notice nothing.
func TestFails(t *testing.T) {
	t.Run("an endpoint that fails gets the order again", func(t *testing.T) {
		w := open(t)
		w.tries = 3 + w.rand.IntN(3)
		bad := w.tries - 1
		w.does["berlin"] = func(context.Context, bus.Delivery) error {
			if bad--; bad >= 0 {
				return errFull
			}
			return nil
		}
		o := w.order("DE", 500)
		w.run(message("m1", asXML(o)))
		w.gives("berlin", slices.Repeat([]string{o.Number}, w.tries)...)
		w.gives("audit", o.Number)
		w.buried()
	})
	for _, how := range []struct {
		name string
		f    func(context.Context, bus.Delivery) error
	}{
		{"after Attempts times the order is a dead letter", func(context.Context, bus.Delivery) error { return errFull }},
		{"an endpoint that panics has failed", func(context.Context, bus.Delivery) error { panic("assignment to entry in nil map") }},
	} {
		t.Run(how.name, func(t *testing.T) {
			w := open(t)
			w.tries = 2 + w.rand.IntN(3)
			w.does["berlin"] = how.f
			first, second, third := w.order("DE", 500), w.order("FR", 600), w.order("DE", 700)
			w.run(message("m1", asXML(first)), message("m2", asXML(second)), message("m3", asXML(third)))
			w.gives("berlin", append(slices.Repeat([]string{first.Number}, w.tries), slices.Repeat([]string{third.Number}, w.tries)...)...)
			w.gives("audit", first.Number, second.Number, third.Number)
			w.buried("m1 berlin", "m3 berlin")
		})
	}
	t.Run("each endpoint that does not take it has a dead letter", func(t *testing.T) {
		w := open(t)
		w.tries = 2
		fails := func(context.Context, bus.Delivery) error { return errFull }
		w.does["berlin"], w.does["audit"] = fails, fails
		o := w.order("DE", 500)
		w.run(message("m1", asXML(o)))
		w.buried("m1 berlin", "m1 audit")
		for _, d := range w.dead {
			if !strings.Contains(d.Err.Error(), errFull.Error()) {
				w.fail(fmt.Sprintf("a dead letter with the error %q", d.Err), "the endpoint's own: "+errFull.Error())
			}
		}
	})
	t.Run("what an endpoint does to its order is its own affair", func(t *testing.T) {
		w := open(t)
		w.tries = 2
		w.rules = []bus.Rule{{To: "berlin"}, {To: "audit"}}
		o := w.order("DE", 500)
		w.does["berlin"], w.does["audit"] = spoils(), spoils()
		w.run(message("m1", asXML(o)))
		for _, name := range []string{"berlin", "audit"} {
			for _, d := range w.taken[name] {
				if d.Order.Lines[0] != o.Lines[0] {
					w.fail(fmt.Sprintf("%s was given %+v", name, d.Order), fmt.Sprintf("%+v each time, whatever was done to the one before", o))
				}
			}
		}
	})
}

// spoils returns an endpoint that overwrites what it gets, and fails once.
func spoils() func(context.Context, bus.Delivery) error {
	calls := 0
	return func(_ context.Context, d bus.Delivery) error {
		d.Order.Lines[0].Quantity = -1
		if calls++; calls == 1 {
			return errFull
		}
		return nil
	}
}
