package modules_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/architecture/modules"
)

// 1. The shop sells: AddProduct adds a product or changes it, Place answers the new order's id, and an error if there is no such product or a quantity below 1. All of it is in the tables: another New on the same DB goes on from there.
func TestSells(t *testing.T) {
	t.Run("each order has an id of its own", func(t *testing.T) {
		s := open(t)
		p := s.stock(2)
		ids := map[string]bool{}
		for i := range 12 {
			if i%4 == 3 {
				s.reopen()
			}
			l := s.place("ann", p[i%2], 1)
			if ids[l.Order] {
				s.fail((*modules.Shop).Place, "the id "+l.Order+" again", "another id for each order")
			}
			ids[l.Order] = true
		}
	})
	t.Run("a product that does not exist cannot be placed", func(t *testing.T) {
		s := open(t)
		p := s.stock(1)[0]
		for _, bad := range []struct {
			sku      string
			quantity int
		}{{p.sku + "x", 1}, {"", 1}, {p.sku, 0}, {p.sku, -2}} {
			s.did("Place(%q, %q, %d)", "ann", bad.sku, bad.quantity)
			if id, err := s.shop.Place("ann", bad.sku, bad.quantity); err == nil {
				s.fail((*modules.Shop).Place, fmt.Sprintf("the id %q, no error", id), "an error")
			}
		}
		s.invoices("ann")
		s.sold(best(p, 0))
	})
	t.Run("a shop that is opened again goes on from there", func(t *testing.T) {
		s := open(t)
		p := s.stock(2)
		first := s.place("ann", p[0], 2)
		s.reopen()
		second := s.place("ann", p[1], 3)
		s.reopen()
		s.invoices("ann", first, second)
		s.sold(best(p[1], 3), best(p[0], 2))
		s.cancel(second)
		s.lasts("ann")
	})
	t.Run("a product that is added again is changed", func(t *testing.T) {
		s := open(t)
		p := s.stock(1)[0]
		p.name, p.cents = p.name+"s", p.cents+7
		s.add(p)
		s.invoices("ann")
		l := s.place("ann", p, 2)
		s.invoices("ann", l)
		s.sold(best(p, 2))
	})
}

// 2. A cancelled order is on no invoice and counts for nothing. Cancel of an order that does not exist is an error.
func TestCancelled(t *testing.T) {
	t.Run("a cancelled order is on no invoice", func(t *testing.T) {
		s := open(t)
		p := s.stock(2)
		kept, gone := s.place("ann", p[0], 2), s.place("ann", p[1], 1)
		s.cancel(gone)
		s.invoices("ann", kept)
	})
	t.Run("a cancelled order counts for no bestseller", func(t *testing.T) {
		s := open(t)
		p := s.stock(2)
		s.place("ann", p[0], 1)
		gone := s.place("bea", p[1], 5)
		s.cancel(gone)
		s.sold(best(p[0], 1), best(p[1], 0))
	})
	t.Run("an order that does not exist cannot be cancelled", func(t *testing.T) {
		s := open(t)
		l := s.place("ann", s.stock(1)[0], 1)
		s.did("Cancel(%q)", l.Order+"0")
		if err := s.shop.Cancel(l.Order + "0"); err == nil {
			s.fail((*modules.Shop).Cancel, "no error", "an error")
		}
		s.invoices("ann", l)
	})
}

// 3. An invoice has the customer's orders in the order in which they were placed, each at the price of that moment, and the sum of them.
func TestInvoice(t *testing.T) {
	t.Run("an invoice has the customer's orders and their sum", func(t *testing.T) {
		s := open(t)
		p := s.stock(3)
		var ann, bea []modules.Line
		for i := range 14 {
			if i%3 == 2 {
				bea = append(bea, s.place("bea", p[2-i%2], 1+i))
			} else {
				ann = append(ann, s.place("ann", p[(i*2)%3], 1+i))
			}
		}
		s.invoices("ann", ann...)
		s.invoices("bea", bea...)
		s.invoices("cleo")
	})
	t.Run("a price that changes later changes no invoice", func(t *testing.T) {
		s := open(t)
		p := s.stock(1)[0]
		before := s.place("ann", p, 2)
		p.cents += 50
		s.add(p)
		after := s.place("ann", p, 2)
		p.cents = 1
		s.add(p)
		s.reopen()
		s.invoices("ann", before, after)
	})
}

// 4. Bestsellers has each product with the quantity that was sold, most first, and by SKU where that is equal.
func TestBestsellers(t *testing.T) {
	t.Run("bestsellers are all products, most sold first", func(t *testing.T) {
		s := open(t)
		p := s.stock(5)
		s.place("ann", p[3], 2)
		s.place("bea", p[1], 4)
		s.place("ann", p[3], 5)
		s.place("cleo", p[4], 4)
		s.sold(best(p[3], 7), best(p[1], 4), best(p[4], 4), best(p[0], 0), best(p[2], 0))
	})
}

// 5. Each table is read and written by its own module, and by nobody else.
func TestTables(t *testing.T) {
	for _, module := range []string{"catalog", "orders", "billing"} {
		t.Run("nobody else touches the tables of "+module, func(t *testing.T) {
			s := open(t)
			s.day()
			s.strangers(func(c touch) bool { return strings.HasPrefix(c.table, module+".") && c.who != module },
				"only "+module+" reads and writes the tables of "+module)
		})
	}
	t.Run("every table belongs to a module", func(t *testing.T) {
		s := open(t)
		s.day()
		s.strangers(func(c touch) bool {
			owner, _, ok := strings.Cut(c.table, ".")
			return !ok || owner != "catalog" && owner != "orders" && owner != "billing"
		}, "tables whose names begin with a module's name and a point")
	})
}

// day does everything that a shop can do.
func (s *shop) day() {
	s.t.Helper()
	p := s.stock(2)
	s.place("ann", p[0], 1)
	gone := s.place("ann", p[1], 2)
	s.cancel(gone)
	s.reopen()
	s.shop.Invoice("ann")
	s.shop.Bestsellers()
	_, _ = s.shop.Place("ann", "nothing", 1)
	_ = s.shop.Cancel("nobody")
	s.story = []string{"AddProduct, Place, Cancel, New(d) again, Invoice, Bestsellers"}
}

// strangers fails when a touch is one that nobody may make.
func (s *shop) strangers(is func(touch) bool, want string) {
	s.t.Helper()
	var got []string
	at := ""
	for _, c := range s.db.touched {
		if is(c) {
			who := c.who
			if who == "" {
				who = "no module"
			}
			got = append(got, fmt.Sprintf("%s %s %s (%s)", who, c.what, c.table, c.line))
			at = cmp.Or(at, c.line)
		}
	}
	if len(got) > 0 {
		kit.Fail(s.t, kit.Failure{Sent: s.story[0], Got: strings.Join(got, "\n"), Want: want, At: at})
	}
}

// 6. Of another module only the package with its name is imported, not what lies in folders below. billing may import orders and catalog, orders may import catalog, and nobody the other way round, not even through a package between.
func TestImports(t *testing.T) {
	p := load(t)
	t.Run("of another module only its own package is imported", func(t *testing.T) {
		for _, i := range p.imports() {
			if of := moduleOf(i.to); of != "" && of != i.to && of != moduleOf(i.from) {
				i.fail(t, fmt.Sprintf("only %s imports %s: ask the package %s", of, i.to, of))
			}
		}
	})
	t.Run("imports go from billing to orders to catalog", func(t *testing.T) {
		for _, i := range p.imports() {
			if from, to := moduleOf(i.from), moduleOf(i.to); from != "" && to != "" && rank[to] > rank[from] {
				i.fail(t, from+" does not import "+to)
			}
		}
	})
	t.Run("no package between leads back", func(t *testing.T) {
		for _, i := range p.imports() {
			if from := moduleOf(i.from); from != "" && moduleOf(i.to) == "" {
				for _, to := range p.behind(i.to, map[string]bool{}) {
					if to != from && rank[to] > rank[from] {
						i.fail(t, fmt.Sprintf("%s, which imports %s, is not imported by %s", i.to, to, from))
					}
				}
			}
		}
	})
}

// 7. No module has anything of type any, or asks what type a value really has.
func TestTyped(t *testing.T) {
	p := load(t)
	t.Run("nothing in a module is of type any", func(t *testing.T) {
		for _, f := range p.anything() {
			kit.Fail(t, kit.Failure{Sent: "look at " + f.what, Got: "its type is " + f.kind, Want: "a type that says what it is for", At: f.at})
		}
	})
	t.Run("no module asks what type a value really has", func(t *testing.T) {
		for _, f := range p.assertions() {
			kit.Fail(t, kit.Failure{Sent: "look at " + f.at, Got: f.what, Want: "a value whose type says what it can do", At: f.at})
		}
	})
}
