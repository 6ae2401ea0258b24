-- Orders from before wait for nothing and follow nothing.
ALTER TABLE orders
    ADD COLUMN trigger_kind             text    NOT NULL DEFAULT 'NONE',
    ADD COLUMN trigger_value            bigint  NOT NULL DEFAULT 0,
    ADD COLUMN price_source             text    NOT NULL DEFAULT 'MARK',
    ADD COLUMN peg_offset_ticks         bigint,           -- null for one that follows no price
    ADD COLUMN price_limit_ticks        bigint  NOT NULL DEFAULT 0,
    ADD COLUMN trigger_fired            boolean,          -- null while it waits, or waits for nothing
    ADD COLUMN decision_reference_ticks bigint  NOT NULL DEFAULT 0,
    ADD COLUMN decision_trigger_ticks   bigint  NOT NULL DEFAULT 0,
    ADD COLUMN decision_best_ticks      bigint  NOT NULL DEFAULT 0,
    ADD COLUMN decision_millis          bigint  NOT NULL DEFAULT 0;
