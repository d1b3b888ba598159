-- Columns of integer and smallint that are filled by a sequence or are a key, and are near the end of their type: by the
-- last value of the sequence, or the largest value that ANALYZE has seen.
WITH limits AS (
    SELECT (current_setting('orm.doctor')::jsonb->>'used_percent')::numeric AS percent
), narrow AS (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid,
           CASE a.atttypid WHEN 'int2'::regtype THEN 32767 ELSE 2147483647 END AS most
    FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace
    WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype) AND a.attnum > 0 AND NOT a.attisdropped
      AND r.relkind IN ('r', 'p') AND NOT r.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), reached AS (
    SELECT it.*, greatest(
        (SELECT max(s.last_value)
         FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = c.relname
         WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
           AND d.refobjid = it.attrelid AND d.refobjsubid = it.attnum AND s.increment_by > 0),
        (SELECT max(bound)
         FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
         JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = r.relname AND s.attname = it.attname,
         LATERAL unnest(s.histogram_bounds::text::bigint[]) bound
         WHERE r.oid = it.attrelid AND EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = it.attrelid AND i.indisunique AND it.attnum = ANY (i.indkey)))
    ) AS value
    FROM narrow it
)
SELECT json_build_object(
    'severity', CASE WHEN value::numeric / most >= 0.9 THEN 'problem' ELSE 'warning' END,
    'object', format('%s.%I', attrelid::regclass, attname),
    'message', format('the column %I of %s has reached %s of %s, the last value of %s (%s%%): inserts fail after it', attname,
                      attrelid::regclass, value, most, atttypid::regtype, floor(value::numeric / most * 100)),
    'sql', (
        SELECT json_agg(statement ORDER BY place, statement)
        FROM (
            SELECT 2 AS place, format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint; -- rewrites the table under a lock',
                                      attrelid::regclass, attname) AS statement
            UNION ALL
            SELECT 1, format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint; -- it refers to the column', k.conrelid::regclass, f.attname)
            FROM pg_constraint k, unnest(k.confkey, k.conkey) pair(there, here)
            JOIN pg_attribute f ON f.attnum = pair.here
            WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = it.attrelid AND pair.there = it.attnum
              AND f.attrelid = k.conrelid AND f.atttypid <> 'int8'::regtype
        ) statements
    )
)
FROM reached it, limits
WHERE value::numeric / most * 100 >= limits.percent
ORDER BY value::numeric / most DESC, attrelid::regclass::text, attname
