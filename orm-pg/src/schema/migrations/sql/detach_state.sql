SELECT to_json(to_jsonb(i) ->> 'inhdetachpending' = 'true')
FROM pg_catalog.pg_inherits i
WHERE i.inhparent = to_regclass($1) AND i.inhrelid = to_regclass($2)
