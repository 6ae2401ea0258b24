-- Orders from before are of no bracket. A bracket's orders have the ids bracket_id to bracket_id + bracket_legs - 1.
ALTER TABLE orders
    ADD COLUMN bracket_id        bigint,
    ADD COLUMN bracket_role      text,
    ADD COLUMN bracket_legs      integer CHECK (bracket_legs BETWEEN 2 AND 8),
    ADD COLUMN active_lots       bigint,             -- null while the bracket has not told it any
    ADD COLUMN exit_millis       bigint NOT NULL DEFAULT 0,
    ADD COLUMN exit_after_millis bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT whole_bracket CHECK ((bracket_id IS NULL) = (bracket_role IS NULL) AND (bracket_id IS NULL) = (bracket_legs IS NULL));
