-- Sequences, with the column that each belongs to.
SELECT json_build_object(
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
)
FROM pg_sequence s
JOIN pg_class r ON r.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
