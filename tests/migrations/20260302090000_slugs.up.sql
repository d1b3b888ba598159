-- orm: after = 20260301090000_notes
-- orm: transaction = none
-- orm: touches = column:notes.slug

-- orm: step = rust

-- orm: step
CREATE UNIQUE INDEX CONCURRENTLY notes_slug ON notes (slug);

-- orm: step
ALTER TABLE notes ADD CONSTRAINT notes_slug_given CHECK (slug IS NOT NULL) NOT VALID;

-- orm: step
ALTER TABLE notes VALIDATE CONSTRAINT notes_slug_given;
