-- Sequences that have given out most of their values. Where the column that owns one has the smaller type, the check of key
-- columns says so instead.
SELECT json_build_object(
    'severity', CASE WHEN used.part >= 0.9 THEN 'problem' ELSE 'warning' END,
    'object', c.oid::regclass::text,
    'message', format('the sequence %s has used %s%% of its values: it is at %s, and its last value is %s', c.oid::regclass,
                      floor(used.part * 100), s.last_value,
                      CASE WHEN s.increment_by > 0 THEN s.max_value ELSE s.min_value END),
    'sql', json_build_array(CASE
        WHEN s.data_type::text = 'bigint' AND s.increment_by > 0 THEN format('ALTER SEQUENCE %s NO MAXVALUE;', c.oid::regclass)
        WHEN s.data_type::text = 'bigint' THEN format('ALTER SEQUENCE %s NO MINVALUE;', c.oid::regclass)
        WHEN s.increment_by > 0 THEN format('ALTER SEQUENCE %s AS bigint NO MAXVALUE;', c.oid::regclass)
        ELSE format('ALTER SEQUENCE %s AS bigint NO MINVALUE;', c.oid::regclass) END)
)
FROM pg_sequences s JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename AND c.relkind = 'S'
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid,
LATERAL (SELECT CASE WHEN s.increment_by > 0 THEN s.last_value::numeric - s.min_value ELSE s.max_value::numeric - s.last_value END
                / nullif(s.max_value::numeric - s.min_value, 0) AS part) used,
LATERAL (SELECT CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END AS most) of_column
WHERE NOT s.cycle AND used.part * 100 >= (current_setting('orm.doctor')::jsonb->>'used_percent')::numeric
  AND (of_column.most IS NULL OR s.max_value < of_column.most OR s.increment_by < 0)
ORDER BY used.part DESC, c.oid::regclass::text
