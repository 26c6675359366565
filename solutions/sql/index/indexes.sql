-- The indexes of the mail-order house. The installer runs this file once, after
-- it has made the tables.

-- Sign-in: what is looked for is not the address but its small letters.
CREATE INDEX customers_address ON customers (lower(email));

-- "Your last orders": a customer's are together, in the order of their time.
CREATE INDEX orders_history ON orders (customer_id, placed_at);

-- The packing list: what is compared with = comes first, the range last. Orders
-- that were packed leave the index.
CREATE INDEX orders_packing ON orders (depot, placed_at) WHERE status = 'open';

-- The recall. The lines of an order are found by the primary key.
CREATE INDEX lines_sku ON order_lines (sku);
