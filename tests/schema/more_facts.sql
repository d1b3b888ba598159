-- Further facts of a schema as lines, asked for in another way than introspection does.
SET search_path = '';
WITH own AS (
    SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.oid >= 16384 OR n.nspname = 'public'
), relation AS (
    SELECT r.*, concat_ws('.', n.nspname, r.relname) AS label
    FROM pg_class r JOIN own n ON n.oid = r.relnamespace
    LEFT JOIN pg_depend m ON m.classid = 'pg_class'::regclass AND m.objid = r.oid AND m.deptype = 'e'
    WHERE m.objid IS NULL
), attribute AS (
    SELECT a.*, r.relkind, r.label || '.' || a.attname AS place, to_jsonb(a) AS json
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped
)
SELECT concat_ws(' ', 'stores', place, translate(attstorage::text, 'pemx', 'PEMX')) AS fact
    FROM attribute WHERE relkind IN ('r', 'p') AND attstorage <> (SELECT typstorage FROM pg_type t WHERE t.oid = atttypid)
UNION ALL SELECT concat_ws(' ', 'compresses', place, json->>'attcompression')
    FROM attribute WHERE relkind IN ('r', 'p') AND json->>'attcompression' IN ('p', 'l')
UNION ALL SELECT concat_ws(' ', 'samples', place, json->>'attstattarget')
    FROM attribute WHERE relkind IN ('r', 'p') AND (json->>'attstattarget')::int >= 0
UNION ALL SELECT concat_ws(' ', 'samples key', label, attnum, json->>'attstattarget')
    FROM attribute JOIN relation r ON r.oid = attrelid WHERE r.relkind IN ('i', 'I') AND (json->>'attstattarget')::int >= 0
UNION ALL SELECT concat_ws(' ', 'guesses', place, it)
    FROM attribute, unnest(attoptions) it WHERE relkind IN ('r', 'p') AND split_part(it, '=', 1) IN ('n_distinct', 'n_distinct_inherited')
UNION ALL SELECT concat_ws(' ', 'replicates', label, relreplident, (SELECT x.relname FROM pg_index JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = r.oid AND indisreplident))
    FROM relation r WHERE relkind IN ('r', 'p') AND relreplident <> 'd'
UNION ALL SELECT concat_ws(' ', 'clusters', r.label, x.relname)
    FROM pg_index i JOIN relation r ON r.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indisclustered AND r.relkind IN ('r', 'p')
UNION ALL SELECT concat_ws(' ', 'toasts', r.label, it)
    FROM relation r JOIN pg_class t ON t.oid = r.reltoastrelid, unnest(t.reloptions) it
UNION ALL SELECT concat_ws(' ', 'view with', label, it) FROM relation, unnest(reloptions) it WHERE relkind IN ('v', 'm')
UNION ALL SELECT concat_ws(' ', 'comment on view', place, description)
    FROM attribute JOIN pg_description c ON c.objoid = attrelid AND c.objsubid = attnum AND c.classoid = 'pg_class'::regclass
    WHERE relkind IN ('v', 'm')
UNION ALL SELECT concat_ws(' ', 'default of view', place, pg_get_expr(adbin, adrelid))
    FROM attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind = 'v'
UNION ALL SELECT concat_ws(' ', 'comment on attribute', place, description)
    FROM attribute JOIN pg_description c ON c.objoid = attrelid AND c.objsubid = attnum AND c.classoid = 'pg_class'::regclass
    WHERE relkind = 'c'
UNION ALL SELECT concat_ws(' ', 'comment on domain', n.nspname || '.' || typname, conname, description)
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN own n ON n.oid = typnamespace
    JOIN pg_description c ON c.classoid = 'pg_constraint'::regclass AND c.objoid = k.oid WHERE contype = 'c'
UNION ALL SELECT concat_ws(' ', 'comment on', CASE relkind WHEN 'I' THEN 'i' WHEN 'p' THEN 'r' WHEN 'm' THEN 'v' ELSE relkind END, label, description)
    FROM relation r JOIN pg_description c ON c.objoid = r.oid AND c.objsubid = 0 AND c.classoid = 'pg_class'::regclass
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = r.oid AND k.contype IN ('p', 'u', 'x')) AND relkind NOT IN ('c', 'f')
UNION ALL SELECT concat_ws(' ', 'comment on type', n.nspname || '.' || typname, description)
    FROM pg_type t JOIN own n ON n.oid = typnamespace JOIN pg_description c ON c.objoid = t.oid AND c.classoid = 'pg_type'::regclass
    WHERE typtype IN ('e', 'd', 'c') AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = c.classoid AND objid = t.oid AND deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'comment on function', n.nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', description)
    FROM pg_proc p JOIN own n ON n.oid = pronamespace JOIN pg_description c ON c.objoid = p.oid AND c.classoid = 'pg_proc'::regclass
    WHERE prokind IN ('f', 'p') AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = c.classoid AND objid = p.oid AND deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'comment on schema', nspname, description)
    FROM own n JOIN pg_description c ON c.objoid = n.oid AND c.classoid = 'pg_namespace'::regclass
UNION ALL SELECT concat_ws(' ', 'comment in', label, it.name, description)
    FROM relation r
    JOIN (SELECT conrelid AS of, conname AS name, 'pg_constraint'::regclass AS class, oid FROM pg_constraint
          UNION ALL SELECT tgrelid, tgname, 'pg_trigger'::regclass, oid FROM pg_trigger
          UNION ALL SELECT polrelid, polname, 'pg_policy'::regclass, oid FROM pg_policy) it ON it.of = r.oid
    JOIN pg_description c ON c.objoid = it.oid AND c.classoid = it.class
UNION ALL SELECT concat_ws(' ', 'policy for', label, polname, (
        SELECT string_agg(coalesce(rolname, 'public'), ',' ORDER BY coalesce(rolname, 'public') COLLATE "C")
        FROM unnest(polroles) it LEFT JOIN pg_roles r ON r.oid = it))
    FROM pg_policy JOIN relation r ON r.oid = polrelid
UNION ALL SELECT concat_ws(' ', 'has', extname, n.nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql'
UNION ALL SELECT concat_ws(' ', 'composite', r.label, attname, row_number() OVER (PARTITION BY attrelid ORDER BY attnum), format_type(atttypid, atttypmod),
        (SELECT collname FROM pg_collation c WHERE c.oid = attcollation AND attcollation <> typcollation))
    FROM pg_attribute JOIN relation r ON r.oid = attrelid JOIN pg_type t ON t.oid = atttypid WHERE relkind = 'c' AND NOT attisdropped
UNION ALL SELECT concat_ws(' ', 'collates', label, attname, (SELECT nspname FROM pg_namespace n WHERE n.oid = collnamespace) || '.' || collname)
    FROM pg_attribute JOIN relation r ON r.oid = attrelid JOIN pg_collation c ON c.oid = attcollation JOIN pg_type t ON t.oid = atttypid
    WHERE relkind IN ('r', 'p') AND NOT attisdropped AND typcollation <> attcollation
UNION ALL SELECT concat_ws(' ', 'unlogged sequence', label) FROM relation WHERE relkind = 'S' AND relpersistence = 'u'
UNION ALL SELECT concat_ws(' ', 'own column', label, attname, attislocal, attinhcount > 0)
    FROM pg_attribute JOIN relation r ON r.oid = attrelid WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND attinhcount > 0
UNION ALL SELECT concat_ws(' ', 'index of', x.label, p.label)
    FROM pg_inherits JOIN relation x ON x.oid = inhrelid JOIN relation p ON p.oid = inhparent
    WHERE x.relkind IN ('i', 'I') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
