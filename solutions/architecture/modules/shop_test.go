package modules_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/solutions/architecture/modules"
)

// tables is a database that takes down which module touches which table.
type tables struct {
	mu      sync.Mutex
	rows    map[string]map[string]map[string]string
	touched []touch
}

// touch is one look at a table.
type touch struct{ who, what, table, line string }

// owner finds a module in a function's full name.
var owner = regexp.MustCompile(`/(catalog|orders|billing)[./]`)

// note takes down the innermost module on the caller's stack.
func (d *tables) note(what, table string) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	who := ""
	for more := true; more && who == ""; {
		var f runtime.Frame
		f, more = frames.Next()
		if m := owner.FindStringSubmatch(f.Function); m != nil && kit.Owned(f.Function) {
			who = m[1]
		}
	}
	t := touch{who, what, table, kit.Caller()}
	if !slices.Contains(d.touched, t) {
		d.touched = append(d.touched, t)
	}
}

func (d *tables) Get(table, key string) (map[string]string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note("reads", table)
	row, ok := d.rows[table][key]
	if !ok {
		return map[string]string{}, false
	}
	return maps.Clone(row), true
}

func (d *tables) Put(table, key string, row map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note("writes", table)
	if d.rows[table] == nil {
		d.rows[table] = map[string]map[string]string{}
	}
	d.rows[table][key] = maps.Clone(row)
}

func (d *tables) Keys(table string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.note("reads", table)
	return slices.Sorted(maps.Keys(d.rows[table]))
}

// shop is a shop with what was done to it.
type shop struct {
	t     *testing.T
	rand  *rand.Rand
	db    *tables
	shop  *modules.Shop
	story []string
}

func open(t *testing.T) *shop {
	s := &shop{t: t, rand: kit.Rand(t), db: &tables{rows: map[string]map[string]map[string]string{}}}
	s.shop = modules.New(s.db)
	return s
}

// reopen starts the program again.
func (s *shop) reopen() {
	s.shop = modules.New(s.db)
	s.story = append(s.story, "New(d), on the same tables")
}

func (s *shop) did(format string, args ...any) {
	s.story = append(s.story, fmt.Sprintf(format, args...))
}

// stock adds products with SKUs in alphabetical order, and returns them.
func (s *shop) stock(n int) (all []product) {
	for i := range n {
		p := product{fmt.Sprintf("%c-%s", 'a'+i, kit.Word(s.rand, 3)), kit.Word(s.rand, 6), 100 + int64(s.rand.IntN(900))}
		s.add(p)
		all = append(all, p)
	}
	return all
}

type product struct {
	sku, name string
	cents     int64
}

func (s *shop) add(p product) {
	s.shop.AddProduct(p.sku, p.name, p.cents)
	s.did("AddProduct(%q, %q, %d)", p.sku, p.name, p.cents)
}

// place orders and returns the line that the invoice has to have.
func (s *shop) place(customer string, p product, quantity int) modules.Line {
	s.t.Helper()
	id, err := s.shop.Place(customer, p.sku, quantity)
	s.did("Place(%q, %q, %d)", customer, p.sku, quantity)
	if err != nil {
		s.fail((*modules.Shop).Place, fmt.Sprintf("the error %q", err), "the order's id, and no error")
	}
	if id == "" {
		s.fail((*modules.Shop).Place, "an empty id", "the order's id")
	}
	return modules.Line{Order: id, SKU: p.sku, Quantity: quantity, Cents: p.cents * int64(quantity)}
}

func (s *shop) cancel(l modules.Line) {
	s.t.Helper()
	err := s.shop.Cancel(l.Order)
	s.did("Cancel(%q)", l.Order)
	if err != nil {
		s.fail((*modules.Shop).Cancel, fmt.Sprintf("the error %q", err), "no error")
	}
}

// fail ends the behaviour; method is what answered.
func (s *shop) fail(method any, got, want string) {
	s.t.Helper()
	kit.Fail(s.t, kit.Failure{Sent: strings.Join(s.story, "\n"), Got: got, Want: want, At: kit.At(method)})
}

// lasts fails unless a shop that is opened again has the same invoice for the
// customer, and the same bestsellers.
func (s *shop) lasts(customer string) {
	s.t.Helper()
	invoice, sold := s.shop.Invoice(customer), s.shop.Bestsellers()
	s.reopen()
	s.invoices(customer, invoice.Lines...)
	s.sold(sold...)
}

// invoices fails unless the customer's invoice has these lines.
func (s *shop) invoices(customer string, want ...modules.Line) {
	s.t.Helper()
	var total int64
	for _, l := range want {
		total += l.Cents
	}
	got := s.shop.Invoice(customer)
	if !slices.Equal(got.Lines, want) || got.Total != total {
		s.did("Invoice(%q)", customer)
		s.fail((*modules.Shop).Invoice, lines(got.Lines, got.Total), lines(want, total))
	}
}

func lines(all []modules.Line, total int64) (text string) {
	for _, l := range all {
		text += fmt.Sprintf("%s: %d × %s, %d cents\n", l.Order, l.Quantity, l.SKU, l.Cents)
	}
	return text + fmt.Sprintf("in all %d cents", total)
}

// sold fails unless the bestsellers are these.
func (s *shop) sold(want ...modules.Bestseller) {
	s.t.Helper()
	if got := s.shop.Bestsellers(); !slices.Equal(got, want) {
		s.did("Bestsellers()")
		s.fail((*modules.Shop).Bestsellers, ranking(got), ranking(want))
	}
}

func ranking(all []modules.Bestseller) (text string) {
	for _, b := range all {
		text += fmt.Sprintf("%d × %s, %s\n", b.Sold, b.SKU, b.Name)
	}
	return cmp.Or(text, "no product")
}

func best(p product, sold int) modules.Bestseller {
	return modules.Bestseller{SKU: p.sku, Name: p.name, Sold: sold}
}
