-- What views, functions, triggers, policies, expressions and types refer to: columns, tables, types, functions.
WITH edges AS (
    SELECT 'pg_class'::regclass AS class, w.ev_class AS object, 0 AS part, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class r ON r.oid = w.ev_class AND r.relkind IN ('v', 'm')
    WHERE d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n' AND w.rulename = '_RETURN'
      AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = w.ev_class)
    UNION
    SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n' AND w.rulename <> '_RETURN'
    UNION
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d
    WHERE d.classid IN ('pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_type'::regclass,
                        'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_cast'::regclass,
                        'pg_conversion'::regclass, 'pg_ts_config'::regclass, 'pg_ts_dict'::regclass,
                        'pg_statistic_ext'::regclass, 'pg_event_trigger'::regclass, 'pg_publication_rel'::regclass,
                        'pg_foreign_server'::regclass, 'pg_foreign_data_wrapper'::regclass)
      AND d.deptype IN ('n', 'a')
    UNION
    -- Types and collations of columns and attributes, functions in keys of partitions, servers of foreign tables.
    SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_class r ON r.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND r.relkind NOT IN ('i', 'I') AND d.deptype IN ('n', 'a')
      AND d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_collation'::regclass, 'pg_foreign_server'::regclass)
    UNION
    -- Operator classes need not be written in the keys.
    SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, 0
    FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'n'
    UNION
    -- Indexes and exclusion constraints with expressions: the keys of others say all.
    SELECT CASE WHEN k.oid IS NULL THEN d.classid ELSE 'pg_constraint'::regclass END, coalesce(k.oid, d.objid), 0,
           d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_index i ON i.indexrelid = d.objid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype = 'x'
    WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('n', 'a')
    UNION
    -- Defaults and generated columns.
    SELECT 'pg_class'::regclass, e.adrelid, e.adnum, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_attrdef e ON e.oid = d.objid
    WHERE d.classid = 'pg_attrdef'::regclass AND d.deptype IN ('n', 'a')
      AND NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = e.adrelid AND d.refobjsubid = e.adnum)
    UNION
    SELECT d.classid, d.objid, 0, d.refclassid, d.refobjid, d.refobjsubid
    FROM pg_depend d JOIN pg_constraint k ON k.oid = d.objid
    WHERE d.classid = 'pg_constraint'::regclass AND k.contype = 'c' AND d.deptype IN ('n', 'a')
      AND NOT (d.refclassid = 'pg_type'::regclass AND d.refobjid = k.contypid)
)
SELECT json_build_object(
    'object', json_build_object('kind', o.type, 'identity', o.identity),
    'on', json_build_object('kind', t.type, 'identity', t.identity)
)
FROM edges e,
     pg_identify_object(e.class, e.object, e.part) o,
     pg_identify_object(e.refclassid, coalesce((
         -- A multirange comes with its range.
         SELECT i.refobjid FROM pg_type m JOIN pg_depend i ON i.classid = 'pg_type'::regclass AND i.objid = m.oid
         WHERE m.oid = e.refobjid AND m.typtype = 'm' AND i.deptype = 'i'), e.refobjid), e.refobjsubid) t
WHERE e.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
                       'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_collation'::regclass, 'pg_ts_config'::regclass,
                       'pg_ts_dict'::regclass, 'pg_foreign_server'::regclass, 'pg_foreign_data_wrapper'::regclass)
  AND e.object >= 16384 AND coalesce(o.schema, '') !~ '^pg_'
  AND coalesce(t.schema, '') !~ '^pg_' AND coalesce(t.schema, '') <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = e.class AND x.objid = e.object
                  AND (x.deptype = 'e' OR x.deptype = 'i' AND e.class IN ('pg_proc'::regclass, 'pg_type'::regclass)))
