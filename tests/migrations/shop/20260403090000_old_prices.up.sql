-- orm: after = 20260402090000_prices
-- orm: phase = contract
-- orm: allow = drop_column(items.old_price)

ALTER TABLE items DROP COLUMN old_price;
