package schema_test

import "testing"

// 7. Every order has its customer, every line its order and its product.
func TestTies(t *testing.T) {
	t.Run("an order for nobody is refused", inShop(func(s *shop) {
		customer := s.customer()
		s.Blame("orders", "customer_id").Refuses("there is no such customer", addOrder, s.id(), s.id(), s.date(), "open")
		s.order(customer)
	}))
	t.Run("a line of no order is refused", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.Blame("order_lines", "order_id").Refuses("there is no such order",
			addLine, s.id(), sku, s.quantity(), s.price())
		s.line(order, sku)
	}))
	t.Run("a line for no product is refused", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.Blame("order_lines", "sku").Refuses("there is no such product",
			addLine, order, s.sku(), s.quantity(), s.price())
		s.line(order, sku)
	}))
	t.Run("nothing stored can be moved to what is not there", inShop(func(s *shop) {
		order := s.order(s.customer())
		s.line(order, s.product())
		s.Blame("orders", "customer_id").Refuses("there is no such customer",
			"UPDATE orders SET customer_id = ? WHERE id = ?", s.id(), order)
		s.Blame("order_lines", "order_id").Refuses("there is no such order",
			"UPDATE order_lines SET order_id = ? WHERE order_id = ?", s.id(), order)
		s.Blame("order_lines", "sku").Refuses("there is no such product",
			"UPDATE order_lines SET sku = ? WHERE order_id = ?", s.sku(), order)
		s.Accepts("a customer that is there", "UPDATE orders SET customer_id = ? WHERE id = ?", s.customer(), order)
	}))
}

// 8. An order takes its lines with it; what orders name cannot be deleted.
func TestDelete(t *testing.T) {
	const lines = "SELECT order_id, sku, quantity FROM order_lines WHERE order_id = ?"
	t.Run("deleting an order deletes its lines and no others", inShop(func(s *shop) {
		customer, sku := s.customer(), s.product()
		kept, gone := s.order(customer), s.order(customer)
		s.line(kept, sku)
		s.line(gone, sku)
		s.line(gone, s.product())
		s.Blame("order_lines", "order_id").Accepts("its lines go with it", "DELETE FROM orders WHERE id = ?", gone)
		s.Finds(0, "no line of the deleted order", lines, gone)
		s.Finds(1, "the other order's line", lines, kept)
		s.Finds(2, "both products", "SELECT sku, name FROM products")
	}))
	t.Run("a customer with orders cannot be deleted", inShop(func(s *shop) {
		customer := s.customer()
		order := s.order(customer)
		s.line(order, s.product())
		s.Blame("orders", "customer_id").Refuses("the orders name this customer",
			"DELETE FROM customers WHERE id = ?", customer)
		s.Finds(1, "the order with its line", lines, order)
		s.Accepts("a customer without orders", "DELETE FROM customers WHERE id = ?", s.customer())
	}))
	t.Run("a product that an order lists cannot be deleted", inShop(func(s *shop) {
		order, sku := s.order(s.customer()), s.product()
		s.line(order, sku)
		s.Blame("order_lines", "sku").Refuses("a line names this product", "DELETE FROM products WHERE sku = ?", sku)
		s.Finds(1, "the order's line", lines, order)
		s.Accepts("a product that nobody ordered", "DELETE FROM products WHERE sku = ?", s.product())
	}))
}
