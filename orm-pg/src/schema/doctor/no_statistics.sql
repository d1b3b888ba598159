-- Tables with rows that were never analyzed: the planner guesses. Autovacuum never analyzes a partitioned table as a whole.
SELECT json_build_object(
    'severity', 'warning',
    'object', r.oid::regclass::text,
    'message', format('the table %s has rows and no statistics: the planner guesses how many rows a condition matches%s', r.oid::regclass,
                      CASE r.relkind WHEN 'p' THEN ', since autovacuum does not analyze partitioned tables as a whole' ELSE '' END),
    'sql', json_build_array(format('ANALYZE %s;', r.oid::regclass))
)
FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = r.oid
WHERE r.relkind IN ('r', 'p') AND r.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND s.last_analyze IS NULL AND s.last_autoanalyze IS NULL
  -- Whoever may not read the table does not see its statistics.
  AND has_table_privilege(r.oid, 'SELECT')
  AND NOT EXISTS (SELECT FROM pg_stats p WHERE p.schemaname = n.nspname AND p.tablename = r.relname AND (r.relkind = 'r' OR p.inherited))
  AND (SELECT sum(pg_relation_size(part.oid))
       FROM (SELECT r.oid UNION ALL SELECT t.relid FROM pg_partition_tree(r.oid) t WHERE t.isleaf AND r.relkind = 'p') part(oid))
      >= (current_setting('orm.doctor')::jsonb->>'statistics_bytes')::bigint
ORDER BY r.oid::regclass::text
