-- orm: after = 20260201000000_notes
-- orm: touches = column:notes.author

ALTER TABLE notes ADD COLUMN author text;
