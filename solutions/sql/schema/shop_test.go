package schema_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/sqldb"
)

// The statements of the brief, which the shop's programs send.
const (
	addCustomer = "INSERT INTO customers (id, email, name) VALUES (?, ?, ?)"
	addProduct  = "INSERT INTO products (sku, name, price_cents) VALUES (?, ?, ?)"
	addOrder    = "INSERT INTO orders (id, customer_id, placed_on, status) VALUES (?, ?, ?, ?)"
	addLine     = "INSERT INTO order_lines (order_id, sku, quantity, price_cents) VALUES (?, ?, ?, ?)"
)

const dearest = 100_000_000 // cents, the highest price of the brief

// shop is the learner's tables, empty, on one database.
type shop struct {
	*sqldb.DB
	r    *rand.Rand
	last int
}

// inShop is a behaviour that f tries in an empty shop on every database there is.
func inShop(f func(s *shop)) func(t *testing.T) {
	return func(t *testing.T) {
		script := sqldb.Read(t, "schema.sql")
		sqldb.Each(t, func(db *sqldb.DB) {
			db.Apply(script)
			r := kit.Rand(t)
			f(&shop{db, r, 1000 + r.IntN(90_000)})
		})
	}
}

// id returns a number that the shop has not seen.
func (s *shop) id() int {
	s.last += 1 + s.r.IntN(9)
	return s.last
}

// person returns a name, which begins with three letters.
func (s *shop) person() string {
	first := []string{"Ann", "Ben", "Chi", "Eva", "Ida", "Kim", "Leo", "Mia", "Tom", "Uma"}
	return first[s.r.IntN(len(first))] + " " + strings.ToUpper(kit.Word(s.r, 1)) + kit.Word(s.r, 5)
}

// address returns one that the shop has not seen, in small letters.
func (s *shop) address() string {
	return fmt.Sprintf("%s%d@%s.example", strings.ToLower(s.person()[:3]), s.id(), kit.Word(s.r, 4))
}

// article returns a product's name.
func (s *shop) article() string {
	return []string{"blue", "red", "tall", "tin"}[s.r.IntN(4)] + " mug"
}

// sku returns one that the shop has not seen.
func (s *shop) sku() string { return fmt.Sprintf("MUG-%d", s.id()) }

func (s *shop) quantity() int { return 1 + s.r.IntN(998) }
func (s *shop) price() int    { return 1 + s.r.IntN(50_000) }
func (s *shop) date() string {
	return fmt.Sprintf("2026-%02d-%02d", 1+s.r.IntN(12), 1+s.r.IntN(28))
}

// customer adds one and returns its number.
func (s *shop) customer() int {
	id := s.id()
	s.Accepts("a new customer", addCustomer, id, s.address(), s.person())
	return id
}

// product adds one and returns its sku.
func (s *shop) product() string {
	sku := s.sku()
	s.Accepts("a new product", addProduct, sku, s.article(), s.price())
	return sku
}

// order adds one and returns its number.
func (s *shop) order(customer int) int {
	id := s.id()
	s.Accepts("a new order", addOrder, id, customer, s.date(), "open")
	return id
}

func (s *shop) line(order int, sku string) {
	s.Accepts("a line of an order", addLine, order, sku, s.quantity(), s.price())
}

// capitals returns an address that differs from the given one in case alone.
func (s *shop) capitals(address string) string {
	if s.r.IntN(2) == 0 {
		return strings.ToUpper(address)
	}
	b := []byte(address)
	b[s.r.IntN(3)] -= 'a' - 'A' // an address begins with three letters
	return string(b)
}

// without refuses the statement's row with each of the named columns in turn
// holding value; then the row as it was must fit.
func (s *shop) without(value any, why, statement string, columns []string, row ...any) {
	table := strings.Fields(statement)[2]
	_, list, _ := strings.Cut(statement, "(")
	list, _, _ = strings.Cut(list, ")")
	for i, column := range strings.Split(list, ", ") {
		if slices.Contains(columns, column) {
			broken := slices.Clone(row)
			broken[i] = value
			s.Blame(table, column).Refuses(column+" "+why, statement, broken...)
		}
	}
	s.Accepts("the row with all its values", statement, row...)
}

// tag is a table with prices and a new row for it.
type tag struct {
	table, statement string
	row              func(price any) []any
}

// tags returns both tables with prices.
func (s *shop) tags() []tag {
	order := s.order(s.customer())
	return []tag{
		{"products", addProduct, func(price any) []any { return []any{s.sku(), s.article(), price} }},
		{"order_lines", addLine, func(price any) []any { return []any{order, s.product(), s.quantity(), price} }},
	}
}
