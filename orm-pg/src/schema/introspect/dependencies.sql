-- What views, functions, triggers and policies refer to: columns, tables, types, functions.
WITH edges AS (
    SELECT 'pg_class'::regclass AS class, w.ev_class AS object, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class r ON r.oid = w.ev_class AND r.relkind IN ('v', 'm')
    WHERE d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n'
      AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = w.ev_class)
    UNION
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d
    WHERE d.classid IN ('pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass) AND d.deptype IN ('n', 'a')
)
SELECT json_build_object(
    'object', json_build_object('kind', o.type, 'identity', o.identity),
    'on', json_build_object('kind', t.type, 'identity', t.identity)
)
FROM edges e,
     pg_identify_object(e.class, e.object, 0) o,
     pg_identify_object(e.refclassid, e.refobjid, e.refobjsubid) t
WHERE e.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
  AND coalesce(t.schema, '') !~ '^pg_' AND coalesce(t.schema, '') <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = e.class AND x.objid = e.object AND x.deptype IN ('e', 'i')
                  AND e.class <> 'pg_trigger'::regclass)
