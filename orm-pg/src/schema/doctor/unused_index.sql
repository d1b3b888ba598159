-- Indexes that no query has used since the server counts. Left out are those that are needed without being counted: of
-- unique keys and constraints, and those that start with the columns of a foreign key.
WITH since AS (
    SELECT greatest(d.stats_reset, pg_postmaster_start_time()) AS surely, d.stats_reset
    FROM pg_stat_database d WHERE d.datname = current_database()
), limits AS (
    SELECT (current_setting('orm.doctor')::jsonb->>'unused_index_bytes')::bigint AS bytes,
           (current_setting('orm.doctor')::jsonb->>'unused_index_days')::bigint AS days
)
SELECT json_build_object(
    'severity', CASE WHEN now() - since.surely < make_interval(days => limits.days::int) THEN 'note' ELSE 'warning' END,
    'object', s.indexrelid::regclass::text,
    'message', format(
        'no query has used the index %s (%s) on %s for %s days at least, since %s; copies of this server count for themselves',
        s.indexrelid::regclass, pg_size_pretty(pg_relation_size(s.indexrelid)), s.relid::regclass,
        floor(extract(epoch FROM now() - since.surely) / 86400),
        CASE WHEN since.stats_reset = since.surely THEN 'the statistics were reset' ELSE 'the server started' END),
    'sql', json_build_array(format('DROP INDEX CONCURRENTLY %s;', s.indexrelid::regclass))
)
FROM since, limits, pg_stat_user_indexes s
JOIN pg_index i USING (indexrelid) JOIN pg_class c ON c.oid = s.indexrelid JOIN pg_class t ON t.oid = s.relid
WHERE s.idx_scan = 0 AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident
  AND NOT c.relispartition AND t.relpersistence <> 't'
  AND pg_relation_size(s.indexrelid) >= limits.bytes
  AND NOT EXISTS (
    SELECT FROM pg_constraint k
    WHERE k.conrelid = i.indrelid AND k.contype = 'f' AND i.indpred IS NULL
      AND i.indnkeyatts >= cardinality(k.conkey) AND k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1]
  )
ORDER BY pg_relation_size(s.indexrelid) DESC, s.indexrelid::regclass::text
