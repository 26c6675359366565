// Package billing writes invoices.
package billing

import "github.com/kata-go/kata/solutions/architecture/modules/orders"

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

// Billing writes invoices of orders.
type Billing struct{ orders *orders.Orders }

// New returns the billing of these orders.
func New(o *orders.Orders) *Billing { return &Billing{o} }

// Invoice returns a customer's invoice.
func (b *Billing) Invoice(customer string) (i Invoice) {
	for _, o := range b.orders.Placed() {
		if o.Customer == customer {
			i.Lines = append(i.Lines, Line{o.ID, o.SKU, o.Quantity, o.Cents})
			i.Total += o.Cents
		}
	}
	return i
}
