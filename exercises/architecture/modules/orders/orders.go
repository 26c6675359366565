// Package orders takes orders.
package orders

import (
	"errors"
	"fmt"

	"github.com/kata-go/kata/exercises/architecture/modules/catalog"
	"github.com/kata-go/kata/exercises/architecture/modules/db"
	"github.com/kata-go/kata/exercises/architecture/modules/orders/rows"
)

// Orders is what was ordered.
type Orders struct {
	db      db.DB
	Catalog *catalog.Catalog
}

// New returns the orders in d.
func New(d db.DB) *Orders { return &Orders{db: d} }

// Place orders some of a product and returns the order's id.
func (o *Orders) Place(customer, sku string, quantity int) (id string, err error) {
	if _, ok := o.db.Get("catalog.products", sku); !ok || quantity < 1 {
		return "", errors.New("no such product, or none of it")
	}
	id = fmt.Sprintf("o-%06d", len(o.db.Keys(rows.Table))+1)
	o.db.Put(rows.Table, id, rows.Row{Customer: customer, SKU: sku, State: "placed", Quantity: quantity}.Encode())
	return id, nil
}

// Cancel cancels an order.
func (o *Orders) Cancel(id string) error {
	row, ok := o.db.Get(rows.Table, id)
	if !ok {
		return fmt.Errorf("there is no order %s", id)
	}
	row["state"] = "cancelled"
	o.db.Put(rows.Table, id, row)
	return nil
}

// Sold returns how many of a product were sold.
func (o *Orders) Sold(sku string) (n int) {
	for _, id := range o.db.Keys(rows.Table) {
		row, _ := o.db.Get(rows.Table, id)
		if r := rows.Decode(row); r.SKU == sku && r.State == "placed" {
			n += r.Quantity
		}
	}
	return n
}
