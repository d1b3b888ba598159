-- orm: after = 20260401090000_items
-- orm: transaction = none

ALTER TABLE items ADD price bigint NOT NULL DEFAULT 0;
-- orm: step
CREATE INDEX CONCURRENTLY items_price_idx ON items (price);
