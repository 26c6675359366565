// Package billing writes invoices.
package billing

import (
	"strconv"

	"github.com/kata-go/kata/exercises/architecture/modules/db"
	"github.com/kata-go/kata/exercises/architecture/modules/orders/rows"
)

// Billing writes invoices of what is in the database.
type Billing struct{ db db.DB }

// New returns the billing of the orders in d.
func New(d db.DB) *Billing { return &Billing{d} }

// Invoice is what a customer has to pay.
type Invoice struct {
	Lines []Line
	Total int64 // cents
}

// Line is one order on an invoice.
type Line struct {
	Order    string
	SKU      string
	Quantity int
	Cents    int64 // for all of them
}

// Invoice returns a customer's invoice.
func (b *Billing) Invoice(customer string) (i Invoice) {
	for _, id := range b.db.Keys(rows.Table) {
		m, _ := b.db.Get(rows.Table, id)
		r := rows.Decode(m)
		if r.Customer != customer || r.State == "canceled" {
			continue
		}
		product, _ := b.db.Get("catalog.products", r.SKU)
		cents, _ := strconv.ParseInt(product["cents"], 10, 64)
		i.Lines = append(i.Lines, Line{id, r.SKU, r.Quantity, cents * int64(r.Quantity)})
		i.Total += cents * int64(r.Quantity)
	}
	return i
}
