-- orm: after = 20260110090000_pages
-- orm: touches = table:search_engine.pages

-- The words of title, headings and text, weighted in that order.
ALTER TABLE search_engine.pages ADD COLUMN document tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', headings), 'B')
    || setweight(to_tsvector('english', body), 'D')
) STORED;
CREATE INDEX pages_document_idx ON search_engine.pages USING gin (document);
