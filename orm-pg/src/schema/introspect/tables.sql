-- Tables with their columns.
WITH columns AS (
    SELECT a.attrelid, json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'collation', (SELECT json_build_object('schema', n.nspname, 'name', c.collname)
                      FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
                      WHERE c.oid = a.attcollation AND t.typcollation <> a.attcollation),
        'nullable', NOT a.attnotnull,
        'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
        'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by_default' END,
        'generated', CASE WHEN a.attgenerated <> '' THEN json_build_object(
            'expression', pg_get_expr(d.adbin, d.adrelid), 'stored', a.attgenerated = 's') END,
        'local', a.attislocal,
        'inherited', a.attinhcount > 0,
        'storage', CASE WHEN a.attstorage <> t.typstorage THEN
            CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
        'compression', CASE newer->>'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
        'statistics', nullif((newer->>'attstattarget')::int, -1),
        -- A server may keep more there that no statement has set.
        'options', to_json(ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o LIKE 'n\_distinct%')),
        'comment', col_description(a.attrelid, a.attnum)
    ) ORDER BY a.attnum) AS list
    FROM pg_attribute a CROSS JOIN to_jsonb(a) newer
    JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p')
    JOIN pg_namespace m ON m.oid = r.relnamespace AND m.nspname !~ '^pg_' AND m.nspname <> 'information_schema'
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped
    GROUP BY a.attrelid
)
SELECT json_build_object(
    'name', json_build_object('schema', n.nspname, 'name', r.relname),
    'unlogged', r.relpersistence = 'u',
    'partition_by', CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
    'partition_of', CASE WHEN r.relispartition THEN (
        SELECT json_build_object('parent', json_build_object('schema', pn.nspname, 'name', p.relname),
                                 'bound', pg_get_expr(r.relpartbound, r.oid))
        FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = r.oid) END,
    'inherits', CASE WHEN r.relispartition THEN '[]'::json ELSE (
        SELECT coalesce(json_agg(json_build_object('schema', pn.nspname, 'name', p.relname) ORDER BY i.inhseqno), '[]')
        FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.inhrelid = r.oid) END,
    'storage', to_json(r.reloptions || ARRAY(SELECT 'toast.' || o FROM pg_class t, unnest(t.reloptions) o
                                             WHERE t.oid = r.reltoastrelid)),
    'replica_identity', CASE r.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN (
        SELECT 'USING INDEX "' || replace(x.relname, '"', '""') || '"'
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = r.oid AND i.indisreplident) END,
    'cluster_on', (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                   WHERE i.indrelid = r.oid AND i.indisclustered),
    'row_security', r.relrowsecurity,
    'force_row_security', r.relforcerowsecurity,
    'comment', obj_description(r.oid, 'pg_class'),
    'columns', coalesce(c.list, '[]')
)
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN columns c ON c.attrelid = r.oid
WHERE r.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
