-- For lists of an account's orders, newest first.
CREATE INDEX orders_by_account ON orders (account, order_id DESC);
