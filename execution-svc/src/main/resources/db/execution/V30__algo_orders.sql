-- Algo orders as the engine's events make them. Their children stand among the orders.
CREATE TABLE algo_orders (
    order_id               bigint   PRIMARY KEY,
    account                text     NOT NULL,
    client_order_id        text     NOT NULL,
    market_id              integer  NOT NULL,
    side                   text     NOT NULL,
    price_ticks            bigint   NOT NULL CHECK (price_ticks > 0),
    quantity_lots          bigint   NOT NULL CHECK (quantity_lots > 0),
    post_only              boolean  NOT NULL,
    reduce_only            boolean  NOT NULL,
    self_trade_prevention  text     NOT NULL,
    expire_millis          bigint   NOT NULL,
    duration_millis        bigint   NOT NULL,          -- 0 for an iceberg, as the next two
    interval_millis        bigint   NOT NULL,
    time_random_bps        integer  NOT NULL,
    visible_lots           bigint   NOT NULL,          -- 0 for a TWAP
    size_random_bps        integer  NOT NULL,
    seed                   bigint   NOT NULL,
    filled_lots            bigint   NOT NULL DEFAULT 0 CHECK (filled_lots BETWEEN 0 AND quantity_lots),
    filled_notional        bigint   NOT NULL DEFAULT 0,
    child_orders           integer  NOT NULL DEFAULT 0,
    latest_child_order_id  bigint   NOT NULL DEFAULT 0,
    next_slice_millis      bigint   NOT NULL,
    status                 text     NOT NULL,
    cancel_reason          text     NOT NULL,
    sequence               bigint   NOT NULL,
    create_millis          bigint   NOT NULL,
    update_millis          bigint   NOT NULL,
    trace_id               text     NOT NULL,
    signer                 text     NOT NULL,
    intent                 bytea    NOT NULL CHECK (length(intent) = 38),
    signature              bytea    NOT NULL CHECK (length(signature) = 64)
);
CREATE INDEX algo_orders_by_client_order_id ON algo_orders (account, client_order_id, order_id DESC);
CREATE INDEX algo_orders_by_account ON algo_orders (account, order_id DESC);

ALTER TABLE algo_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE algo_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own_algo_orders ON algo_orders FOR SELECT TO execution_svc
    USING (account = (SELECT current_setting('quantdesk.account', true)));
CREATE POLICY projected_algo_orders ON algo_orders TO execution_projection USING (true) WITH CHECK (true);
GRANT SELECT ON algo_orders TO execution_svc;
GRANT SELECT, INSERT, UPDATE, DELETE ON algo_orders TO execution_projection;

-- The algo order that an order is a child of; null for one that stands for itself.
ALTER TABLE orders ADD COLUMN parent_order_id bigint;
