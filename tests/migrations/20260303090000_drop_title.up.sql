-- orm: after = 20260302090000_slugs
-- orm: phase = contract
-- orm: allow = drop_column(notes.title)
-- orm: touches = column:notes.title

ALTER TABLE notes DROP COLUMN title;
