package index_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// The statements of the brief that write.
const (
	addCustomer = "INSERT INTO customers (id, email, name) VALUES (?, ?, ?)"
	addOrder    = "INSERT INTO orders (id, customer_id, depot, status, placed_at, total_cents) VALUES (?, ?, ?, ?, ?, ?)"
	addLine     = "INSERT INTO order_lines (order_id, sku, quantity) VALUES (?, ?, ?)"
	pack        = "UPDATE orders SET status = 'packed' WHERE id = ?"
)

// 1. The script makes indexes and nothing else, on both databases, and rows that fitted before still fit.
func TestScript(t *testing.T) {
	t.Run("the script makes indexes and nothing else", inHouse(func(h *house) {
		if after := h.schema(); after != h.before {
			kit.Fail(h.t, kit.Failure{Sent: "the script", Got: "the tables, views and triggers are\n" + after, Want: h.before, At: h.at("")})
		}
	}))
	t.Run("orders of one moment and one depot still fit", inHouse(func(h *house) {
		customer, at := 1+h.r.IntN(customers), fmt.Sprintf("2026-12-%dT10:00:00", 10+h.r.IntN(20))
		for id := orders + 1; id <= orders+3; id++ {
			h.Accepts("a customer may place several orders at once", addOrder, id, customer, "depot-1", "open", at, 100)
		}
	}))
	t.Run("an article still fits into any number of orders", inHouse(func(h *house) {
		sku, first := "SKU-"+kit.Word(h.r, 5), 1+h.r.IntN(orders-3)
		for id := first; id < first+3; id++ {
			h.Accepts("an article is ordered again and again", addLine, id, sku, 1)
		}
	}))
}

// 2. The sign-in looks the address up in an index and reads no other customer.
func TestSignIn(t *testing.T) {
	t.Run("the sign-in looks the address up in an index", inHouse(func(h *house) {
		h.mustFind(h.signIn(), "the customer is looked up by lower(email)", "", "<expr>=?")
	}))
}

// 3. The last orders come out of an index in their order: no other customer's order is read, and nothing is sorted.
func TestHistory(t *testing.T) {
	t.Run("the last orders read no other customer's order", inHouse(func(h *house) {
		h.mustFind(h.history(), "the orders are looked up by customer_id", "", "customer_id=?")
	}))
	t.Run("the last orders are not sorted", inSQLite(func(h *house) { h.mustNotSort(h.history()) }))
}

// 4. The packing list comes out of an index in its order: only open orders of that depot and time are read, and nothing is sorted.
func TestPacking(t *testing.T) {
	t.Run("the packing list reads only orders of that depot and time", inHouse(func(h *house) {
		h.mustFind(h.packing(), "the orders are looked up by depot, and from there on by placed_at", "", "depot=?", "placed_at<?")
	}))
	t.Run("the packing list reads only open orders", inSQLite(func(h *house) {
		h.mustFind(h.packing(), "no packed order is read", "status", "status=?")
	}))
	t.Run("the packing list is not sorted", inSQLite(func(h *house) { h.mustNotSort(h.packing()) }))
}

// 5. The recall reads only lines of that article, through an index.
func TestRecall(t *testing.T) {
	t.Run("the recall reads only lines of that article", inHouse(func(h *house) {
		h.mustFind(h.recall(), "the lines are looked up by sku", "", "sku=?")
	}))
}

// 6. Each index is used by one of the four lists.
func TestUnused(t *testing.T) {
	t.Run("each index is used by one of the four lists", inSQLite(func(h *house) {
		var plans, used []string
		for _, q := range h.queries() {
			p := h.plan(q)
			index, _ := p.index()
			used = append(used, index)
			plans = append(plans, q.name+": "+strings.Join(p, "; "))
		}
		for _, index := range h.made() {
			if !slices.Contains(used, index) {
				kit.Fail(h.t, kit.Failure{
					Sent: "the four lists", Got: "nobody uses the index " + index, Want: "each index is used by one of the lists",
					Note: "the plans of " + h.Name + "\n" + strings.Join(plans, "\n"), At: h.at(index),
				})
			}
		}
	}))
}

// 7. Writes stay cheap: beside the keys, a new customer and a line go into one index at most, a new order into two, and packing an order changes one.
func TestWrites(t *testing.T) {
	t.Run("a new customer goes into one index at most", inSQLite(func(h *house) {
		h.mustCost(1, addCustomer, customers+1, "'a'", "'b'")
	}))
	t.Run("a new order goes into two indexes at most", inSQLite(func(h *house) {
		h.mustCost(2, addOrder, orders+1, 1, "'depot-1'", "'open'", "'2026-12-01'", 100)
	}))
	t.Run("a line goes into one index at most", inSQLite(func(h *house) {
		h.mustCost(1, addLine, 1, "'SKU-NEW'", 1)
	}))
	t.Run("packing an order changes one index at most", inSQLite(func(h *house) {
		h.mustCost(1, pack, 1+h.r.IntN(orders))
	}))
}

// mustCost fails the behaviour when a statement writes into more indexes than
// that, beside those that the tables have for their keys.
func (h *house) mustCost(most int, statement string, args ...any) {
	h.t.Helper()
	for _, a := range args {
		statement = strings.Replace(statement, "?", fmt.Sprint(a), 1)
	}
	var written []string
	for _, index := range h.made() {
		with := h.inserts(statement)
		h.must(`DROP INDEX "` + index + `"`)
		if h.inserts(statement) < with {
			written = append(written, index)
		}
	}
	if len(written) > most {
		kit.Fail(h.t, kit.Failure{
			Sent: statement, Got: fmt.Sprintf("%s writes into %d indexes beside the keys: %s", h.Name, len(written), strings.Join(written, ", ")),
			Want: fmt.Sprintf("%d at most", most), At: h.at(written[len(written)-1]),
		})
	}
}

// inserts returns how many indexes get an entry: SQLite's program for the
// statement has an instruction for each (sqlite.org/opcode.html, IdxInsert).
func (h *house) inserts(statement string) (n int) {
	h.t.Helper()
	for _, op := range h.column(1, "EXPLAIN "+statement) {
		if op == "IdxInsert" {
			n++
		}
	}
	return n
}
