// Package orders takes orders.
package orders

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/kata-go/kata/solutions/architecture/modules/catalog"
	"github.com/kata-go/kata/solutions/architecture/modules/db"
)

const table = "orders.orders"

// Order is one that was not cancelled.
type Order struct {
	ID, Customer, SKU string
	Quantity          int
	Cents             int64 // for all of them, when it was placed
}

// Orders is what was ordered.
type Orders struct {
	db      db.DB
	catalog *catalog.Catalog
}

// New returns the orders in d, of products in c.
func New(d db.DB, c *catalog.Catalog) *Orders { return &Orders{d, c} }

// Place orders some of a product and returns the order's id.
func (o *Orders) Place(customer, sku string, quantity int) (id string, err error) {
	p, ok := o.catalog.Find(sku)
	if !ok || quantity < 1 {
		return "", errors.New("no such product, or none of it")
	}
	id = fmt.Sprintf("o-%06d", len(o.db.Keys(table))+1)
	o.db.Put(table, id, map[string]string{
		"customer": customer, "sku": sku, "state": "placed",
		"quantity": strconv.Itoa(quantity), "cents": strconv.FormatInt(p.Cents*int64(quantity), 10),
	})
	return id, nil
}

// Cancel cancels an order.
func (o *Orders) Cancel(id string) error {
	row, ok := o.db.Get(table, id)
	if !ok {
		return fmt.Errorf("there is no order %s", id)
	}
	row["state"] = "cancelled"
	o.db.Put(table, id, row)
	return nil
}

// Placed returns the orders that were not cancelled, oldest first.
func (o *Orders) Placed() (all []Order) {
	for _, id := range o.db.Keys(table) {
		row, _ := o.db.Get(table, id)
		if row["state"] != "placed" {
			continue
		}
		n, _ := strconv.Atoi(row["quantity"]) // Place has written both
		cents, _ := strconv.ParseInt(row["cents"], 10, 64)
		all = append(all, Order{id, row["customer"], row["sku"], n, cents})
	}
	return all
}

// Sold returns how many were sold of each SKU.
func (o *Orders) Sold() map[string]int {
	sold := make(map[string]int)
	for _, order := range o.Placed() {
		sold[order.SKU] += order.Quantity
	}
	return sold
}
