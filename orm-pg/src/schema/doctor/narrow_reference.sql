-- Columns of a foreign key that hold fewer values than the key which they refer to.
SELECT json_build_object(
    'severity', 'warning',
    'object', format('%s.%I', k.conrelid::regclass, a.attname),
    'message', format('the column %I of %s is %s and refers to %s.%I, which is %s: rows with larger keys cannot be referred to',
                      a.attname, k.conrelid::regclass, a.atttypid::regtype, k.confrelid::regclass, t.attname,
                      t.atttypid::regtype),
    'sql', json_build_array(format('ALTER TABLE %s ALTER COLUMN %I TYPE %s; -- rewrites the table under a lock',
                                   k.conrelid::regclass, a.attname, t.atttypid::regtype))
)
FROM pg_constraint k, unnest(k.conkey, k.confkey) pair(here, there)
JOIN pg_attribute a ON a.attnum = pair.here JOIN pg_attribute t ON t.attnum = pair.there
WHERE k.contype = 'f' AND k.conparentid = 0 AND a.attrelid = k.conrelid AND t.attrelid = k.confrelid
  AND (a.atttypid, t.atttypid) IN (('int2'::regtype, 'int4'::regtype), ('int2'::regtype, 'int8'::regtype),
                                   ('int4'::regtype, 'int8'::regtype))
ORDER BY k.conrelid::regclass::text, a.attname
