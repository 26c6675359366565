// Package catalog knows the products.
package catalog

import (
	"strconv"

	"github.com/kata-go/kata/solutions/architecture/modules/db"
)

const table = "catalog.products"

// Product is one that we sell.
type Product struct {
	SKU, Name string
	Cents     int64
}

// Catalog is the products.
type Catalog struct{ db db.DB }

// New returns the catalog in d.
func New(d db.DB) *Catalog { return &Catalog{d} }

// Add adds a product, or changes the one with its SKU.
func (c *Catalog) Add(p Product) {
	c.db.Put(table, p.SKU, map[string]string{"name": p.Name, "cents": strconv.FormatInt(p.Cents, 10)})
}

// Find returns the product with that SKU, if there is one.
func (c *Catalog) Find(sku string) (Product, bool) {
	row, ok := c.db.Get(table, sku)
	cents, _ := strconv.ParseInt(row["cents"], 10, 64) // Add has written it
	return Product{sku, row["name"], cents}, ok
}

// All returns all products by SKU.
func (c *Catalog) All() (all []Product) {
	for _, sku := range c.db.Keys(table) {
		p, _ := c.Find(sku)
		all = append(all, p)
	}
	return all
}
