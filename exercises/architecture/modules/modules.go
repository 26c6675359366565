// Package modules puts the shop together.
package modules

import (
	"github.com/kata-go/kata/exercises/architecture/modules/billing"
	"github.com/kata-go/kata/exercises/architecture/modules/catalog"
	"github.com/kata-go/kata/exercises/architecture/modules/db"
	"github.com/kata-go/kata/exercises/architecture/modules/orders"
)

// DB is the database that the modules share.
type DB = db.DB

// Invoice is what a customer has to pay.
type Invoice = billing.Invoice

// Line is one order on an invoice.
type Line = billing.Line

// Bestseller is a product and how many of it were sold.
type Bestseller = catalog.Bestseller

// Shop is the whole program.
type Shop struct {
	catalog *catalog.Catalog
	orders  *orders.Orders
	billing *billing.Billing
}

// New opens the shop whose tables are in d.
func New(d DB) *Shop {
	s := &Shop{catalog.New(d), orders.New(d), billing.New(d)}
	s.catalog.Orders = s.orders // orders imports catalog, so catalog cannot import orders
	s.orders.Catalog = s.catalog
	return s
}

// AddProduct adds a product, or changes its name and price.
func (s *Shop) AddProduct(sku, name string, cents int64) { s.catalog.Add(sku, name, cents) }

// Place orders some of a product and returns the order's id.
func (s *Shop) Place(customer, sku string, quantity int) (id string, err error) {
	return s.orders.Place(customer, sku, quantity)
}

// Cancel cancels an order.
func (s *Shop) Cancel(id string) error { return s.orders.Cancel(id) }

// Invoice returns a customer's invoice.
func (s *Shop) Invoice(customer string) Invoice { return s.billing.Invoice(customer) }

// Bestsellers returns all products, the best sold first.
func (s *Shop) Bestsellers() []Bestseller { return s.catalog.Bestsellers() }
