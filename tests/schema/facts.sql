-- Each fact of a schema as a line, from the catalogs alone: what introspection must have found.
SET search_path = '';
WITH own AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relation AS (
    SELECT r.*, nspname || '.' || relname AS label FROM pg_class r JOIN own n ON n.oid = relnamespace
    WHERE (('pg_class'::regclass)::oid, r.oid) NOT IN (SELECT classid, objid FROM member)
)
SELECT 'column ' || label || '.' || attname || ' ' || row_number() OVER (PARTITION BY attrelid ORDER BY attnum) || ' '
       || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
       || ' identity=' || attidentity::text || ' generated=' || attgenerated::text
       || coalesce(' = ' || (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum), '')
       || coalesce(' -- ' || col_description(attrelid, attnum), '') AS fact
    FROM pg_attribute JOIN relation r ON r.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p')
UNION ALL SELECT 'table ' || label || ' ' || relpersistence::text || coalesce(' by ' || pg_get_partkeydef(r.oid), '')
       || coalesce(' ' || pg_get_expr(relpartbound, r.oid), '') || ' rls=' || relrowsecurity::text || relforcerowsecurity::text
       || CASE WHEN reloptions IS NULL THEN '' ELSE ' with ' || array_to_string(ARRAY(SELECT it FROM unnest(reloptions) it ORDER BY it COLLATE "C"), ',') END
       || coalesce(' -- ' || obj_description(r.oid, 'pg_class'), '')
    FROM relation r WHERE relkind IN ('r', 'p')
UNION ALL SELECT 'constraint ' || label || ' ' || conname || ' ' || pg_get_constraintdef(k.oid)
       || CASE WHEN conislocal THEN '' ELSE ' (inherited)' END
    FROM pg_constraint k JOIN relation r ON r.oid = conrelid WHERE contype IN ('p', 'u', 'f', 'c', 'x', 'n')
UNION ALL SELECT 'index ' || CASE WHEN indisvalid THEN '' ELSE 'invalid ' END || pg_get_indexdef(indexrelid)
    FROM pg_index JOIN relation r ON r.oid = indrelid
    WHERE relkind IN ('r', 'p', 'm')
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
UNION ALL SELECT 'view ' || relkind::text || ' ' || label || ' ' || pg_get_viewdef(r.oid) FROM relation r WHERE relkind IN ('v', 'm')
UNION ALL SELECT 'trigger ' || label || ' ' || pg_get_triggerdef(t.oid) || ' ' || tgenabled::text
    FROM pg_trigger t JOIN relation r ON r.oid = tgrelid WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ') ' || pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN own n ON n.oid = pronamespace
    WHERE prokind IN ('f', 'p') AND (('pg_proc'::regclass)::oid, p.oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype IN ('e', 'i'))
UNION ALL SELECT 'sequence ' || label || ' ' || format_type(seqtypid, NULL) || ' ' || concat_ws(',', seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle)
       || coalesce(' of ' || (SELECT t.label || '.' || attname || ' ' || deptype::text FROM pg_depend
                              JOIN relation t ON t.oid = refobjid JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
                              WHERE objid = r.oid AND classid = 'pg_class'::regclass AND refobjsubid > 0 AND deptype IN ('a', 'i')), '')
    FROM pg_sequence JOIN relation r ON r.oid = seqrelid
UNION ALL SELECT 'enum ' || nspname || '.' || typname || ' ' || coalesce((SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), '')
    FROM pg_type t JOIN own n ON n.oid = typnamespace
    WHERE typtype = 'e' AND (('pg_type'::regclass)::oid, t.oid) NOT IN (SELECT classid, objid FROM member)
UNION ALL SELECT 'domain ' || nspname || '.' || typname || ' ' || format_type(typbasetype, typtypmod) || CASE WHEN typnotnull THEN ' not null' ELSE '' END
       || coalesce(' = ' || typdefault, '')
       || coalesce(' ' || (SELECT string_agg(conname || ' ' || pg_get_constraintdef(k.oid), ' ' ORDER BY conname COLLATE "C") FROM pg_constraint k WHERE contypid = t.oid AND contype = 'c'), '')
    FROM pg_type t JOIN own n ON n.oid = typnamespace
    WHERE typtype = 'd' AND (('pg_type'::regclass)::oid, t.oid) NOT IN (SELECT classid, objid FROM member)
UNION ALL SELECT 'policy ' || label || ' ' || polname || ' ' || polpermissive::text || ' ' || polcmd::text
       || coalesce(' using ' || pg_get_expr(polqual, polrelid), '') || coalesce(' check ' || pg_get_expr(polwithcheck, polrelid), '')
    FROM pg_policy JOIN relation r ON r.oid = polrelid
UNION ALL SELECT 'inherits ' || c.label || ' ' || p.label
    FROM pg_inherits JOIN relation c ON c.oid = inhrelid JOIN relation p ON p.oid = inhparent WHERE c.relkind IN ('r', 'p');
