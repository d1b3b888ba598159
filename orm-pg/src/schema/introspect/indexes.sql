-- Indexes, those of constraints included. Collations, operator classes and orders of the keys are in the statement.
SELECT json_build_object(
    'table', json_build_object('schema', n.nspname, 'name', r.relname),
    'constraint', k.conname,
    'statement', pg_get_indexdef(i.indexrelid),
    'keys', (SELECT json_agg(json_build_object(
                 'column', a.attname,
                 'text', pg_get_indexdef(i.indexrelid, p.place, false),
                 'statistics', CASE WHEN a.attnum IS NULL THEN (
                     SELECT nullif((to_jsonb(s)->>'attstattarget')::int, -1)
                     FROM pg_attribute s WHERE s.attrelid = i.indexrelid AND s.attnum = p.place) END
             ) ORDER BY p.place)
             FROM generate_series(1, i.indnkeyatts) p(place)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.place - 1] AND a.attnum > 0),
    'index', json_build_object(
        'name', x.relname,
        'unique', i.indisunique,
        'nulls_not_distinct', coalesce((to_jsonb(i)->>'indnullsnotdistinct')::bool, false),
        'method', m.amname,
        'keys', '[]'::json,
        'include', (SELECT coalesce(json_agg(a.attname ORDER BY p.place), '[]')
                    FROM generate_series(i.indnkeyatts + 1, i.indnatts) p(place)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.place - 1]),
        'predicate', pg_get_expr(i.indpred, i.indrelid),
        'storage', coalesce(to_json(x.reloptions), '[]'),
        'valid', i.indisvalid,
        'partitioned', x.relkind = 'I',
        'parent', CASE WHEN x.relispartition THEN (
            SELECT json_build_object('schema', pn.nspname, 'name', p.relname)
            FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
            WHERE h.inhrelid = x.oid) END,
        'comment', obj_description(x.oid, 'pg_class')
    )
)
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
