-- Tables without a primary key. A unique index over columns that are NOT NULL can become one without a scan.
SELECT json_build_object(
    'severity', 'warning',
    'object', r.oid::regclass::text,
    'message', format('the table %s has no primary key: a row has no name, and logical replication refuses its updates and deletes',
                      r.oid::regclass),
    'sql', json_build_array(CASE
        WHEN candidate.name IS NOT NULL THEN format('ALTER TABLE %s ADD PRIMARY KEY USING INDEX %s;', r.oid::regclass, candidate.name)
        ELSE format('ALTER TABLE %s ADD PRIMARY KEY (…); -- its key, or a new column: '
                    'id bigint GENERATED ALWAYS AS IDENTITY, which rewrites the table', r.oid::regclass) END)
)
FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN LATERAL (
    SELECT quote_ident(c.relname) AS name
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = r.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
      AND r.relkind = 'r' AND m.amname = 'btree'
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
      AND NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = r.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) AND NOT a.attnotnull)
      AND (i.indoption::int2[])[0:i.indnkeyatts - 1] <@ ARRAY[0::int2]
    ORDER BY i.indnkeyatts, c.relname LIMIT 1
) candidate ON true
WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition AND r.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = r.oid AND i.indisprimary)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
ORDER BY r.oid::regclass::text
