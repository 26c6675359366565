-- The tables of the shop. The installer runs this file once, on an empty
-- database: SQLite in the shops, PostgreSQL at head office.
--
-- NULL passes a CHECK, and on SQLite it even passes most primary keys; so every
-- column says NOT NULL.

CREATE TABLE customers (
    id    INTEGER NOT NULL PRIMARY KEY,
    email TEXT    NOT NULL CHECK (email <> ''),
    name  TEXT    NOT NULL CHECK (name <> '')
);

-- One account per address, which is stored as it was typed.
CREATE UNIQUE INDEX customers_email ON customers (lower(email));

-- Money is counted in cents, so that sums are exact. SQLite keeps a fraction or
-- a text in an INTEGER column; a CAST to INTEGER changes either, and shows it.
CREATE TABLE products (
    sku         TEXT    NOT NULL PRIMARY KEY CHECK (sku <> ''),
    name        TEXT    NOT NULL CHECK (name <> ''),
    price_cents INTEGER NOT NULL
                CHECK (price_cents BETWEEN 0 AND 100000000)
                CHECK (price_cents = CAST(price_cents AS INTEGER))
);

CREATE TABLE orders (
    id          INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    placed_on   TEXT    NOT NULL,
    status      TEXT    NOT NULL
                CHECK (status IN ('open', 'paid', 'shipped', 'cancelled'))
);

-- What was ordered, and what one piece cost on that day. Lines are a part of
-- their order and go with it; what they say about customers and products is
-- history, and stays.
CREATE TABLE order_lines (
    order_id    INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    sku         TEXT    NOT NULL REFERENCES products (sku),
    quantity    INTEGER NOT NULL
                CHECK (quantity BETWEEN 1 AND 999)
                CHECK (quantity = CAST(quantity AS INTEGER)),
    price_cents INTEGER NOT NULL
                CHECK (price_cents BETWEEN 0 AND 100000000)
                CHECK (price_cents = CAST(price_cents AS INTEGER)),
    PRIMARY KEY (order_id, sku)
);
