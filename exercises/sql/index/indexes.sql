-- The indexes of the mail-order house. The installer runs this file once, after
-- it has made the tables.

-- Sign-in: customers type their e-mail address in whatever capitals.
CREATE INDEX customers_email ON customers (email);

-- "Your last orders".
CREATE INDEX orders_customer ON orders (customer_id);

-- The packing list: everything that it asks for is in here.
CREATE INDEX orders_packing ON orders (placed_at, depot, status);

-- How many orders has a depot packed? Somebody always asks.
CREATE INDEX orders_packed ON orders (depot) WHERE status = 'packed';

-- The lines of an order, and the orders of an article.
CREATE INDEX lines_order ON order_lines (order_id);
CREATE INDEX lines_article ON order_lines (order_id, sku);
