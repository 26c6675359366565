package schema_test

import (
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// 1. The script runs on both databases, and the rows of today's shop fit.
func TestFit(t *testing.T) {
	t.Run("a customer, a product and an order with its line are stored", inShop(func(s *shop) {
		order := s.order(s.customer())
		s.line(order, s.product())
		s.line(order, s.product())
		s.Finds(2, "both lines of the order", "SELECT * FROM order_lines WHERE order_id = ?", order)
	}))
	t.Run("the cheapest and the dearest product are stored to the cent", inShop(func(s *shop) {
		odd := dearest - 1 - 2*s.r.IntN(40_000_000) // too exact for a 32-bit float
		order := s.order(s.customer())
		for _, price := range []int{0, 1, odd, dearest} {
			sku := s.sku()
			s.Accepts("a price from 0 to 100,000,000 cents", addProduct, sku, s.article(), price)
			s.Accepts("a price from 0 to 100,000,000 cents", addLine, order, sku, 1, price)
			s.Blame("products", "price_cents").Finds(0, "no price but the one that was written",
				"SELECT price_cents FROM products WHERE sku = ? AND price_cents <> ?", sku, price)
			s.Blame("order_lines", "price_cents").Finds(0, "no price but the one that was written",
				"SELECT price_cents FROM order_lines WHERE sku = ? AND price_cents <> ?", sku, price)
		}
	}))
	t.Run("one piece and 999 pieces can be ordered", inShop(func(s *shop) {
		order := s.order(s.customer())
		for _, quantity := range []int{1, s.quantity(), 999} {
			s.Accepts("a quantity from 1 to 999", addLine, order, s.product(), quantity, s.price())
		}
	}))
	t.Run("an order goes through its four states", inShop(func(s *shop) {
		order := s.order(s.customer())
		for _, status := range []string{"paid", "shipped", "cancelled", "open"} {
			s.Accepts("a status of the brief", "UPDATE orders SET status = ? WHERE id = ?", status, order)
		}
	}))
	t.Run("two customers may have one name, and two products too", inShop(func(s *shop) {
		name, price := "Zoë O'"+kit.Word(s.r, 5), s.price()
		for range 2 {
			s.Accepts("people share names", addCustomer, s.id(), s.address(), name)
			s.Accepts("products share names and prices", addProduct, s.sku(), name, price)
		}
	}))
	t.Run("a customer orders again, the same product at another price", inShop(func(s *shop) {
		customer, sku, price := s.customer(), s.product(), s.price()
		s.Accepts("the price of that day", addLine, s.order(customer), sku, s.quantity(), price)
		s.Accepts("the price of that day", addLine, s.order(customer), sku, s.quantity(), price+1)
		s.line(s.order(s.customer()), sku)
	}))
}

// 2. No number or sku is given twice, and an order lists a product once.
func TestKeys(t *testing.T) {
	t.Run("a customer's number cannot be given again", inShop(func(s *shop) {
		s.Refuses("the number is taken", addCustomer, s.customer(), s.address(), s.person())
	}))
	t.Run("a product's sku cannot be given again", inShop(func(s *shop) {
		s.Refuses("the sku is taken", addProduct, s.product(), s.article(), s.price())
	}))
	t.Run("an order's number cannot be given again", inShop(func(s *shop) {
		order := s.order(s.customer())
		s.Refuses("the number is taken", addOrder, order, s.customer(), s.date(), "open")
	}))
	t.Run("a product cannot be in one order twice", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.line(order, sku)
		s.Refuses("the order has a line for this sku", addLine, order, sku, s.quantity(), s.price())
	}))
}

// 3. No two customers have the same e-mail address, in whatever capitals.
func TestEmail(t *testing.T) {
	t.Run("the very same address cannot be used twice", inShop(func(s *shop) {
		email := s.address()
		s.Accepts("a new address", addCustomer, s.id(), email, s.person())
		s.Blame("customers", "email").Refuses("the address is taken", addCustomer, s.id(), email, s.person())
		s.Accepts("another address", addCustomer, s.id(), "x"+email, s.person())
	}))
	t.Run("an address cannot be used again in capitals", inShop(func(s *shop) {
		email := s.address()
		s.Accepts("a new address", addCustomer, s.id(), email, s.person())
		s.Blame("customers", "email").Refuses("the address is taken, in small letters",
			addCustomer, s.id(), s.capitals(email), s.person())
	}))
	t.Run("nor in small letters after it came in capitals", inShop(func(s *shop) {
		email := s.address()
		s.Tries(addCustomer, s.id(), s.capitals(email), s.person())
		s.Tries(addCustomer, s.id(), email, s.person())
		s.Blame("customers", "email").Finds(1, "one customer with this address",
			"SELECT id, email FROM customers WHERE lower(email) = ?", email)
	}))
	t.Run("nobody can change to another customer's address", inShop(func(s *shop) {
		email, id := s.address(), s.customer()
		s.Accepts("a new address", addCustomer, s.id(), email, s.person())
		s.Blame("customers", "email").Refuses("the address is taken",
			"UPDATE customers SET email = ? WHERE id = ?", s.capitals(email), id)
		s.Accepts("another address", "UPDATE customers SET email = ? WHERE id = ?", s.address(), id)
	}))
}
