// Package catalog knows the products.
package catalog

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kata-go/kata/exercises/architecture/modules/db"
)

// Catalog is the products.
type Catalog struct {
	db     db.DB
	Orders any // *orders.Orders, which cannot be imported here
}

// New returns the catalog in d.
func New(d db.DB) *Catalog { return &Catalog{db: d} }

// Add adds a product, or changes it.
func (c *Catalog) Add(sku, name string, cents int64) {
	c.db.Put("catalog.products", sku, map[string]string{"name": name, "cents": strconv.FormatInt(cents, 10)})
}

// Bestseller is a product and how many of it were sold.
type Bestseller struct {
	SKU, Name string
	Sold      int
}

// Bestsellers returns all products, the best sold first.
func (c *Catalog) Bestsellers() (all []Bestseller) {
	sold := c.Orders.(interface{ Sold(sku string) int })
	for _, sku := range c.db.Keys("catalog.products") {
		row, _ := c.db.Get("catalog.products", sku)
		all = append(all, Bestseller{sku, row["name"], sold.Sold(sku)})
	}
	slices.SortStableFunc(all, func(a, b Bestseller) int { return cmp.Compare(b.Sold, a.Sold) })
	return all
}
