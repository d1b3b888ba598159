-- The relations outside of the system's schemas, and how often each was scanned in this session.
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relfilenode, i.indrelid,
       CASE WHEN $1 THEN pg_stat_get_xact_numscans(c.oid) ELSE pg_stat_get_numscans(c.oid) END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind <> 'c'
