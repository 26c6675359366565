// Package rows is how orders look in their table.
package rows

import "strconv"

// Table is where the orders are.
const Table = "orders.orders"

// Row is one order.
type Row struct {
	Customer, SKU, State string
	Quantity             int
}

// Decode makes a Row of what the database has.
func Decode(m map[string]string) Row {
	n, _ := strconv.Atoi(m["quantity"])
	return Row{m["customer"], m["sku"], m["state"], n}
}

// Encode is the other way round.
func (r Row) Encode() map[string]string {
	return map[string]string{"customer": r.Customer, "sku": r.SKU, "state": r.State, "quantity": strconv.Itoa(r.Quantity)}
}
