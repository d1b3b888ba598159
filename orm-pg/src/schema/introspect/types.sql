-- Enums, domains, composite types, and sequences with the column that each belongs to.
WITH own AS (
    SELECT t.*, json_build_object('schema', n.nspname, 'name', t.typname) AS name,
           obj_description(t.oid, 'pg_type') AS comment
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
)
SELECT json_build_object(
    'enums', (
        SELECT coalesce(json_agg(json_build_object(
            'name', t.name,
            'labels', (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
                       FROM pg_enum e WHERE e.enumtypid = t.oid),
            'comment', t.comment
        )), '[]')
        FROM own t WHERE t.typtype = 'e'
    ),
    'domains', (
        SELECT coalesce(json_agg(json_build_object(
            'name', t.name,
            'base', format_type(t.typbasetype, t.typtypmod),
            'collation', (SELECT json_build_object('schema', n.nspname, 'name', c.collname)
                          FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace, pg_type b
                          WHERE c.oid = t.typcollation AND b.oid = t.typbasetype AND b.typcollation <> t.typcollation),
            'not_null', t.typnotnull,
            'default', coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
            'checks', (SELECT coalesce(json_agg(json_build_object(
                           'name', k.conname,
                           'expression', pg_get_expr(k.conbin, 0),
                           'validated', k.convalidated,
                           'comment', obj_description(k.oid, 'pg_constraint')
                       )), '[]')
                       FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'),
            'comment', t.comment
        )), '[]')
        FROM own t WHERE t.typtype = 'd'
    ),
    'composites', (
        SELECT coalesce(json_agg(json_build_object(
            'name', t.name,
            'attributes', (SELECT coalesce(json_agg(json_build_object(
                               'name', a.attname,
                               'type', format_type(a.atttypid, a.atttypmod),
                               'collation', (SELECT json_build_object('schema', n.nspname, 'name', c.collname)
                                             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace, pg_type b
                                             WHERE c.oid = a.attcollation AND b.oid = a.atttypid
                                               AND b.typcollation <> a.attcollation),
                               'comment', col_description(a.attrelid, a.attnum)
                           ) ORDER BY a.attnum), '[]')
                           FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
            'comment', t.comment
        )), '[]')
        FROM own t JOIN pg_class r ON r.oid = t.typrelid AND r.relkind = 'c' WHERE t.typtype = 'c'
    ),
    'sequences', (
        SELECT coalesce(json_agg(json_build_object(
            'name', json_build_object('schema', n.nspname, 'name', r.relname),
            'type', format_type(s.seqtypid, NULL),
            'unlogged', r.relpersistence = 'u',
            'start', s.seqstart, 'increment', s.seqincrement, 'min', s.seqmin, 'max', s.seqmax, 'cache', s.seqcache,
            'cycle', s.seqcycle,
            'owner', (
                SELECT json_build_object('table', json_build_object('schema', tn.nspname, 'name', t.relname),
                                         'column', a.attname, 'identity', d.deptype = 'i')
                FROM pg_depend d
                JOIN pg_class t ON t.oid = d.refobjid
                JOIN pg_namespace tn ON tn.oid = t.relnamespace
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
                  AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')),
            'comment', obj_description(r.oid, 'pg_class')
        )), '[]')
        FROM pg_sequence s
        JOIN pg_class r ON r.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = r.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
    )
)
