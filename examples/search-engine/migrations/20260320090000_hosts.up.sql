-- orm: after = 20260111090000_search
-- orm: allow = drop_index(search_engine.links_target_id_idx)
-- orm: touches = table:search_engine.hosts, table:search_engine.addresses, table:search_engine.links

CREATE TABLE search_engine.hosts (origin text PRIMARY KEY);
INSERT INTO search_engine.hosts SELECT DISTINCT origin FROM search_engine.addresses;
ALTER TABLE search_engine.addresses ADD FOREIGN KEY (origin) REFERENCES search_engine.hosts;

CREATE INDEX links_target_id_source_id_idx ON search_engine.links (target_id, source_id);
DROP INDEX search_engine.links_target_id_idx;
