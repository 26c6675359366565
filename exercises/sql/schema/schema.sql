-- The tables of the shop. The installer runs this file once, on an empty
-- database: SQLite in the shops, PostgreSQL at head office.

-- One row per person: the web shop looks the address up before it adds anybody.
CREATE TABLE customers (
    id    INTEGER,
    email TEXT,
    name  TEXT
);

CREATE INDEX customers_email ON customers (email);

CREATE TABLE products (
    sku         TEXT,
    name        TEXT,
    price_cents REAL             -- REAL, so that a sale rounds nobody's price
);

CREATE TABLE orders (
    id          INTEGER,
    customer_id INTEGER,         -- customers.id
    placed_on   TEXT,
    status      TEXT DEFAULT 'open'
);

-- What was ordered, and what one piece cost on that day.
CREATE TABLE order_lines (
    order_id    INTEGER,         -- orders.id
    sku         TEXT,            -- products.sku
    quantity    INTEGER,
    price_cents REAL
);
