-- Constraints of tables. The columns that only newer versions have are asked for by to_jsonb.
SELECT json_build_object(
    'table', json_build_object('schema', n.nspname, 'name', r.relname),
    'constraint', json_build_object(
        'name', k.conname,
        'kind', CASE k.contype WHEN 'p' THEN 'primary_key' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign_key'
                               WHEN 'c' THEN 'check' WHEN 'x' THEN 'exclusion' ELSE 'not_null' END,
        'columns', (SELECT coalesce(json_agg(a.attname ORDER BY u.place), '[]')
                    FROM unnest(k.conkey) WITH ORDINALITY u(number, place)
                    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
        'expression', CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END,
        'reference', CASE WHEN k.contype = 'f' THEN json_build_object(
            'table', (SELECT json_build_object('schema', fn.nspname, 'name', f.relname)
                      FROM pg_class f JOIN pg_namespace fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid),
            'columns', (SELECT json_agg(a.attname ORDER BY u.place)
                        FROM unnest(k.confkey) WITH ORDINALITY u(number, place)
                        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number),
            'match_type', CASE k.confmatchtype WHEN 'f' THEN 'full' ELSE 'simple' END,
            'on_update', CASE k.confupdtype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set_null'
                                            WHEN 'd' THEN 'set_default' ELSE 'no_action' END,
            'on_delete', CASE k.confdeltype WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set_null'
                                            WHEN 'd' THEN 'set_default' ELSE 'no_action' END,
            'set_columns', (SELECT coalesce(json_agg(a.attname ORDER BY u.place), '[]')
                            FROM jsonb_array_elements_text(nullif(to_jsonb(k)->'confdelsetcols', 'null'))
                                 WITH ORDINALITY u(number, place)
                            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number::int)
        ) END,
        'include', '[]'::json,
        'nulls_not_distinct', false,
        'period', coalesce((to_jsonb(k)->>'conperiod')::bool, false),
        'storage', '[]'::json,
        'deferrable', k.condeferrable,
        'initially_deferred', k.condeferred,
        'validated', k.convalidated,
        'enforced', coalesce((to_jsonb(k)->>'conenforced')::bool, true),
        'no_inherit', k.connoinherit,
        'local', k.conislocal,
        'inherited', k.coninhcount > 0 OR k.conparentid <> 0,
        'comment', obj_description(k.oid, 'pg_constraint')
    ),
    'operators', (SELECT json_agg(CASE WHEN o.oprnamespace = 'pg_catalog'::regnamespace THEN o.oprname
                                       ELSE format('OPERATOR(%I.%s)', m.nspname, o.oprname) END ORDER BY u.place)
                  FROM unnest(k.conexclop) WITH ORDINALITY u(operator, place)
                  JOIN pg_operator o ON o.oid = u.operator JOIN pg_namespace m ON m.oid = o.oprnamespace)
)
FROM pg_constraint k
JOIN pg_class r ON r.oid = k.conrelid AND r.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
