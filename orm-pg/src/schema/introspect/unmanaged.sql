-- Everything else of the application. What extensions have brought and what the system has is left out.
WITH application AS (
    SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), found AS (
    -- Window functions, which are written in C, and ranges with a function that must exist before them.
    SELECT 'pg_proc'::regclass AS class, oid AS object FROM pg_proc
        WHERE prokind = 'w' AND pronamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t JOIN pg_range r ON r.rngtypid = t.oid
        WHERE r.rngcanonical <> 0 AND t.typnamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
        WHERE oprcode = 0 AND oprnamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser WHERE prsnamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template WHERE tmplnamespace IN (SELECT oid FROM application)
    -- Base types; the array types come with others.
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
        WHERE ((typtype = 'b' AND typcategory <> 'A') OR (typtype = 'p' AND NOT typisdefined))
          AND typnamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
    UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language WHERE oid >= 16384
    UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am WHERE oid >= 16384
    UNION ALL SELECT 'pg_user_mapping'::regclass, umid FROM pg_user_mappings
    UNION ALL SELECT 'pg_default_acl'::regclass, oid FROM pg_default_acl
    -- Parts of foreign tables.
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid
        WHERE r.relkind = 'f' AND NOT t.tgisinternal AND t.tgenabled <> 'O' AND r.relnamespace IN (SELECT oid FROM application)
    UNION ALL SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite w JOIN pg_class r ON r.oid = w.ev_class
        WHERE r.relkind = 'f' AND r.relnamespace IN (SELECT oid FROM application)
), details AS (
    -- Properties of managed objects that the catalog does not keep.
    SELECT 'privileges of ' || kind AS kind, identity FROM (
        SELECT 'pg_class'::regclass AS class, oid AS object FROM pg_class
            WHERE relacl IS NOT NULL AND relnamespace IN (SELECT oid FROM application)
        UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc
            WHERE proacl IS NOT NULL AND pronamespace IN (SELECT oid FROM application)
        UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
            WHERE typacl IS NOT NULL AND typnamespace IN (SELECT oid FROM application)
        UNION ALL SELECT 'pg_namespace'::regclass, n.oid FROM pg_namespace n
            WHERE n.nspacl IS NOT NULL AND n.oid IN (SELECT oid FROM application)
              -- What initdb has granted on the schema public.
              AND NOT EXISTS (SELECT FROM pg_init_privs p
                              WHERE p.classoid = 'pg_namespace'::regclass AND p.objoid = n.oid
                                AND p.initprivs = n.nspacl)
    ) it, LATERAL (SELECT type AS kind, pg_identify_object.identity FROM pg_identify_object(it.class, it.object, 0)) named
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = it.class AND d.objid = it.object AND d.deptype = 'e')
    UNION ALL
    SELECT v.kind, format('%I.%I', n.nspname, r.relname)
    FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace,
         LATERAL (VALUES ('tablespace', r.reltablespace <> 0),
                         ('typed table', r.reloftype <> 0),
                         ('clustered index', r.relkind = 'm' AND EXISTS (SELECT FROM pg_index i
                                                                         WHERE i.indrelid = r.oid AND i.indisclustered)),
                         ('access method', r.relkind IN ('r', 'm') AND r.relam <> (SELECT oid FROM pg_am WHERE amname = 'heap'))
                 ) v(kind, there)
    WHERE v.there AND r.relnamespace IN (SELECT oid FROM application)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
    UNION ALL
    SELECT v.kind, format('%I.%I.%I', n.nspname, r.relname, a.attname)
    FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'm', 'v')
    JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_type t ON t.oid = a.atttypid,
         LATERAL (VALUES ('column storage', r.relkind = 'm' AND a.attstorage <> t.typstorage),
                         ('column compression', r.relkind = 'm' AND coalesce(to_jsonb(a)->>'attcompression', '') <> ''),
                         ('column statistics target', r.relkind = 'm'
                                                      AND coalesce((to_jsonb(a)->>'attstattarget')::int, -1) <> -1),
                         ('column options', r.relkind = 'm'
                                            AND EXISTS (SELECT FROM unnest(a.attoptions) o WHERE o LIKE 'n\_distinct%')),
                         ('privileges of column', a.attacl IS NOT NULL)
                 ) v(kind, there)
    WHERE v.there AND a.attnum > 0 AND NOT a.attisdropped AND r.relnamespace IN (SELECT oid FROM application)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'comment on ' || o.type, o.identity
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid, pg_identify_object('pg_constraint'::regclass, k.oid, 0) o
    WHERE k.contype <> 'c' AND t.typnamespace IN (SELECT oid FROM application) AND obj_description(k.oid, 'pg_constraint') IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'comment on index', format('%I.%I', n.nspname, x.relname)
    FROM pg_constraint k JOIN pg_class x ON x.oid = k.conindid JOIN pg_namespace n ON n.oid = x.relnamespace
    WHERE k.contype IN ('p', 'u', 'x') AND x.relnamespace IN (SELECT oid FROM application)
      AND obj_description(x.oid, 'pg_class') IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = k.conrelid AND d.deptype = 'e')
    UNION ALL
    SELECT 'subscription', quote_ident(s.subname)
    FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid WHERE b.datname = current_database()
    UNION ALL
    SELECT 'security label of ' || objtype, objname FROM pg_seclabels WHERE objnamespace IN (SELECT oid FROM application)
)
SELECT json_build_object('kind', o.type, 'identity', o.identity)
FROM found f, pg_identify_object(f.class, f.object, 0) o
WHERE NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = f.class AND d.objid = f.object AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT json_build_object('kind', kind, 'identity', identity) FROM details
