package schema_test

import (
	"testing"

	"github.com/kata-go/kata/grader/kit"
)

// 4. No value is missing, and no e-mail address, name or sku is empty.
func TestMissing(t *testing.T) {
	t.Run("a customer has an e-mail address and a name", inShop(func(s *shop) {
		s.without(nil, "is missing", addCustomer, []string{"email", "name"}, s.id(), s.address(), s.person())
	}))
	t.Run("a product has a sku, a name and a price", inShop(func(s *shop) {
		s.without(nil, "is missing", addProduct, []string{"sku", "name", "price_cents"}, s.sku(), s.article(), s.price())
	}))
	t.Run("an order has a customer, a date and a status", inShop(func(s *shop) {
		s.without(nil, "is missing", addOrder, []string{"customer_id", "placed_on", "status"},
			s.id(), s.customer(), s.date(), "open")
	}))
	t.Run("a line has an order, a product, a quantity and a price", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.without(nil, "is missing", addLine, []string{"order_id", "sku", "quantity", "price_cents"},
			order, sku, s.quantity(), s.price())
	}))
	t.Run("no customer and no order stays without a number", inShop(func(s *shop) {
		customer := s.customer()
		s.Tries(addCustomer, nil, s.address(), s.person())
		s.Blame("customers", "id").Finds(0, "no customer without a number",
			"SELECT id, email, name FROM customers WHERE id IS NULL")
		s.Tries(addOrder, nil, customer, s.date(), "open")
		s.Blame("orders", "id").Finds(0, "no order without a number",
			"SELECT id, placed_on, status FROM orders WHERE id IS NULL")
	}))
	t.Run("an empty text is no e-mail address, name or sku", inShop(func(s *shop) {
		s.without("", "is empty", addCustomer, []string{"email", "name"}, s.id(), s.address(), s.person())
		s.without("", "is empty", addProduct, []string{"sku", "name"}, s.sku(), s.article(), s.price())
	}))
}

// 5. A quantity is a whole number from 1 to 999, a status one of four words.
func TestQuantity(t *testing.T) {
	refused := func(why string, draw func(s *shop) []any) func(t *testing.T) {
		return inShop(func(s *shop) {
			order, sku := s.order(s.customer()), s.product()
			for _, quantity := range draw(s) {
				s.Blame("order_lines", "quantity").Refuses(why, addLine, order, sku, quantity, s.price())
			}
			s.line(order, sku)
		})
	}
	t.Run("no pieces and minus some are refused", refused("a line has 1 piece or more",
		func(s *shop) []any { return []any{0, -1, -s.quantity()} }))
	t.Run("a thousand pieces and more are refused", refused("a line has 999 pieces or fewer",
		func(s *shop) []any { return []any{1000, 999 + s.quantity()} }))
	t.Run("a quantity in words is refused", refused("a quantity is a number",
		func(s *shop) []any { return []any{"two", kit.Word(s.r, 5)} }))
	t.Run("a part of a piece is never stored", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.Tries(addLine, order, sku, float64(s.quantity())+0.5, s.price())
		s.Blame("order_lines", "quantity").Finds(0, "whole quantities only",
			"SELECT order_id, sku, quantity FROM order_lines WHERE quantity <> CAST(quantity AS INTEGER)")
		s.line(s.order(s.customer()), s.product())
	}))
	t.Run("a stored quantity cannot be changed for the worse", inShop(func(s *shop) {
		order := s.order(s.customer())
		s.line(order, s.product())
		for _, quantity := range []int{-s.quantity(), 0, 999 + s.quantity()} {
			s.Blame("order_lines", "quantity").Refuses("a line has 1 to 999 pieces",
				"UPDATE order_lines SET quantity = ? WHERE order_id = ?", quantity, order)
		}
		s.Accepts("another quantity", "UPDATE order_lines SET quantity = ? WHERE order_id = ?", s.quantity(), order)
	}))
	t.Run("a status that is none of the four is refused", inShop(func(s *shop) {
		customer, order := s.customer(), s.order(s.customer())
		for _, status := range []string{kit.Word(s.r, 6), ""} {
			s.Blame("orders", "status").Refuses("no such status", addOrder, s.id(), customer, s.date(), status)
			s.Blame("orders", "status").Refuses("no such status", "UPDATE orders SET status = ? WHERE id = ?", status, order)
		}
	}))
}

// 6. A price is a whole number of cents from 0 to 100,000,000.
func TestPrice(t *testing.T) {
	refused := func(why string, draw func(s *shop) []any) func(t *testing.T) {
		return inShop(func(s *shop) {
			for _, tag := range s.tags() {
				for _, price := range draw(s) {
					s.Blame(tag.table, "price_cents").Refuses(why, tag.statement, tag.row(price)...)
				}
				s.Accepts("a price from 0 to 100,000,000 cents", tag.statement, tag.row(s.price())...)
			}
		})
	}
	t.Run("a price below nothing is refused", refused("a price is 0 cents or more",
		func(s *shop) []any { return []any{-1, -s.price()} }))
	t.Run("a price above a million is refused", refused("a price is 100,000,000 cents or less",
		func(s *shop) []any { return []any{dearest + 1, dearest + s.price()} }))
	t.Run("a price in words is refused", refused("a price is a number",
		func(s *shop) []any { return []any{"free", kit.Word(s.r, 5)} }))
	t.Run("a part of a cent is never stored", inShop(func(s *shop) {
		for _, tag := range s.tags() {
			s.Tries(tag.statement, tag.row(float64(s.price())+0.5)...)
			s.Blame(tag.table, "price_cents").Finds(0, "whole cents only",
				"SELECT sku, price_cents FROM "+tag.table+" WHERE price_cents <> CAST(price_cents AS INTEGER)")
		}
	}))
	t.Run("a sale leaves no part of a cent behind", inShop(func(s *shop) {
		price := 10 + 20*s.r.IntN(2000) // of which 85 % end in half a cent
		s.Accepts("a new product", addProduct, s.sku(), s.article(), price)
		s.Tries("UPDATE products SET price_cents = price_cents * 0.85")
		s.Blame("products", "price_cents").Finds(0, "whole cents only",
			"SELECT sku, price_cents FROM products WHERE price_cents <> CAST(price_cents AS INTEGER)")
	}))
}
