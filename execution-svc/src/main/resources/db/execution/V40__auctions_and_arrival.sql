-- What an order that took has met, and by how much its fills are better: ticks times lots, positive where better. Orders from
-- before say nothing of it until the tables are built again.
ALTER TABLE orders
    ADD COLUMN arrival_ticks      bigint NOT NULL DEFAULT 0,   -- 0 for an order that has taken nothing
    ADD COLUMN arrival_source     text   NOT NULL DEFAULT 'ARRIVAL_SOURCE_UNSPECIFIED',
    ADD COLUMN improved_tick_lots bigint NOT NULL DEFAULT 0,
    ADD COLUMN auction_id         bigint NOT NULL DEFAULT 0;   -- 0 for an order that took part in none
