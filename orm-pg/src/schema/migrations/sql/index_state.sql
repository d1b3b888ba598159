SELECT json_build_object('schema', n.nspname, 'name', c.relname, 'valid', i.indisvalid AND i.indisready)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = to_regclass($1) AND c.relname = $2
