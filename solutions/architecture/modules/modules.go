// Package modules puts the shop together. It knows the modules, and no table.
package modules

import (
	"cmp"
	"slices"

	"github.com/kata-go/kata/solutions/architecture/modules/billing"
	"github.com/kata-go/kata/solutions/architecture/modules/catalog"
	"github.com/kata-go/kata/solutions/architecture/modules/db"
	"github.com/kata-go/kata/solutions/architecture/modules/orders"
)

// DB is the database that the modules share.
type DB = db.DB

// Invoice is what a customer has to pay.
type Invoice = billing.Invoice

// Line is one order on an invoice.
type Line = billing.Line

// Bestseller is a product and how many of it were sold.
type Bestseller struct {
	SKU, Name string
	Sold      int
}

// Shop is the whole program.
type Shop struct {
	catalog *catalog.Catalog
	orders  *orders.Orders
	billing *billing.Billing
}

// New opens the shop whose tables are in d.
func New(d DB) *Shop {
	c := catalog.New(d)
	o := orders.New(d, c)
	return &Shop{c, o, billing.New(o)}
}

// AddProduct adds a product, or changes its name and price.
func (s *Shop) AddProduct(sku, name string, cents int64) {
	s.catalog.Add(catalog.Product{SKU: sku, Name: name, Cents: cents})
}

// Place orders some of a product and returns the order's id.
func (s *Shop) Place(customer, sku string, quantity int) (id string, err error) {
	return s.orders.Place(customer, sku, quantity)
}

// Cancel cancels an order.
func (s *Shop) Cancel(id string) error { return s.orders.Cancel(id) }

// Invoice returns a customer's invoice.
func (s *Shop) Invoice(customer string) Invoice { return s.billing.Invoice(customer) }

// Bestsellers returns all products, the best sold first. Two modules know half of
// it each.
func (s *Shop) Bestsellers() (all []Bestseller) {
	sold := s.orders.Sold()
	for _, p := range s.catalog.All() {
		all = append(all, Bestseller{p.SKU, p.Name, sold[p.SKU]})
	}
	slices.SortStableFunc(all, func(a, b Bestseller) int { return cmp.Compare(b.Sold, a.Sold) })
	return all
}
