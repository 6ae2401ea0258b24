-- Orders and fills as the engine's events make them: for queries and history. The engine's log is the truth; these tables can
-- be dropped and built again from it.

CREATE TABLE orders (
    order_id         bigint      PRIMARY KEY,
    account          text        NOT NULL,
    client_order_id  text        NOT NULL,
    market_id        integer     NOT NULL,
    side             text        NOT NULL,
    type             text        NOT NULL,
    time_in_force    text        NOT NULL,
    price_ticks      bigint      NOT NULL CHECK (price_ticks > 0),
    quantity_lots    bigint      NOT NULL CHECK (quantity_lots > 0),
    post_only        boolean     NOT NULL,
    reduce_only      boolean     NOT NULL,
    filled_lots      bigint      NOT NULL DEFAULT 0 CHECK (filled_lots BETWEEN 0 AND quantity_lots),
    filled_notional  bigint      NOT NULL DEFAULT 0,
    status           text        NOT NULL,
    cancel_reason    text        NOT NULL,
    sequence         bigint      NOT NULL,
    create_millis    bigint      NOT NULL,
    update_millis    bigint      NOT NULL,
    trace_id         text        NOT NULL,
    signer           text        NOT NULL,
    intent           bytea       NOT NULL CHECK (length(intent) = 38),
    signature        bytea       NOT NULL CHECK (length(signature) = 64)
);
CREATE INDEX orders_by_client_order_id ON orders (account, client_order_id, order_id DESC);

CREATE TABLE fills (
    trade_id              bigint  NOT NULL,
    order_id              bigint  NOT NULL REFERENCES orders,
    account               text    NOT NULL,
    liquidity             text    NOT NULL,
    price_ticks           bigint  NOT NULL CHECK (price_ticks > 0),
    lots                  bigint  NOT NULL CHECK (lots > 0),
    trade_millis          bigint  NOT NULL,
    settlement            text    NOT NULL,
    settlement_signature  text    NOT NULL DEFAULT '',
    slot                  bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (trade_id, order_id)
);
CREATE INDEX fills_by_order ON fills (order_id, trade_id DESC);

-- Up to which event the tables above are complete; moved in the transaction that writes them.
CREATE TABLE projection_cursor (
    name      text    PRIMARY KEY,
    sequence  bigint  NOT NULL CHECK (sequence >= 0)
);
INSERT INTO projection_cursor VALUES ('orders', 0);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE fills ENABLE ROW LEVEL SECURITY;
ALTER TABLE fills FORCE ROW LEVEL SECURITY;

CREATE POLICY own_orders ON orders FOR SELECT TO execution_svc
    USING (account = (SELECT current_setting('quantdesk.account', true)));
CREATE POLICY own_fills ON fills FOR SELECT TO execution_svc
    USING (account = (SELECT current_setting('quantdesk.account', true)));
CREATE POLICY projected_orders ON orders TO execution_projection USING (true) WITH CHECK (true);
CREATE POLICY projected_fills ON fills TO execution_projection USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA execution TO execution_svc, execution_projection;
GRANT SELECT ON orders, fills TO execution_svc;
GRANT SELECT, INSERT, UPDATE, DELETE ON orders, fills, projection_cursor TO execution_projection;
