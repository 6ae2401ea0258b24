-- What orders from before had: no slide, the incoming order expires, no time of its own.
ALTER TABLE orders
    ADD COLUMN post_only_slide       boolean NOT NULL DEFAULT false,
    ADD COLUMN self_trade_prevention text    NOT NULL DEFAULT 'SELF_TRADE_PREVENTION_EXPIRE_TAKER',
    ADD COLUMN expire_millis         bigint  NOT NULL DEFAULT 0;
