-- Indexes that the server maintains and does not use: what CREATE INDEX CONCURRENTLY leaves behind when it fails.
SELECT json_build_object(
    'severity', CASE WHEN busy THEN 'note' ELSE 'problem' END,
    'object', i.indexrelid::regclass::text,
    'message', format('the index %s on %s is not valid: each write maintains it, and no query uses it%s', i.indexrelid::regclass,
                      i.indrelid::regclass,
                      CASE WHEN busy THEN '; a statement that may be building it is running' ELSE '' END),
    'sql', CASE
        WHEN busy THEN json_build_array()
        WHEN r.relkind = 'I' THEN json_build_array(format(
            'ALTER INDEX %s ATTACH PARTITION …; -- the index of each partition that has none attached', i.indexrelid::regclass))
        WHEN r.relname ~ '_cc(new|old)[0-9]*$' THEN
            json_build_array(format('DROP INDEX CONCURRENTLY %s;', i.indexrelid::regclass))
        ELSE json_build_array(format('REINDEX INDEX CONCURRENTLY %s;', i.indexrelid::regclass))
    END
)
FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid JOIN pg_namespace n ON n.oid = r.relnamespace,
     LATERAL (SELECT EXISTS (
         SELECT FROM pg_locks l
         WHERE l.relation = i.indrelid AND l.mode = 'ShareUpdateExclusiveLock' AND l.pid <> pg_backend_pid()
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ) AS busy) running
WHERE NOT i.indisvalid AND n.nspname !~ '^pg_'
ORDER BY i.indexrelid::regclass::text
