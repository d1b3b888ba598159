SELECT json_build_object('schema', n.nspname, 'name', c.relname, 'valid', false)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid IN (to_regclass($1), (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = to_regclass($1)))
    AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
