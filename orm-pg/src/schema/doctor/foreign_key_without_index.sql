-- Foreign keys whose columns are not the first columns of an index, in any order. An index with a predicate does not count, since
-- the server cannot use it to find all rows that refer to a key, except where the predicate is that one of them is not NULL.
SELECT json_build_object(
    'severity', 'warning',
    'object', format('%I on %s', k.conname, k.conrelid::regclass),
    'message', format(
        'no index starts with the columns of the foreign key %I (%s): each DELETE on %s, and each change of its key, reads '
        'all of %s%s',
        k.conname, names.list, k.confrelid::regclass, k.conrelid::regclass,
        CASE WHEN r.reltuples > 0 THEN format(' (about %s rows)', r.reltuples::bigint) ELSE '' END),
    'sql', json_build_array(format(
        'CREATE INDEX %sON %s (%s);', CASE r.relkind WHEN 'p' THEN '' ELSE 'CONCURRENTLY ' END, k.conrelid::regclass, names.list))
)
FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY c.place) AS list,
           array_agg(format('(%I IS NOT NULL)', a.attname)) AS not_null
    FROM unnest(k.conkey) WITH ORDINALITY c(number, place)
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number
) names
WHERE k.contype = 'f' AND k.conparentid = 0
  AND NOT EXISTS (
    SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = k.conrelid AND i.indisvalid AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = ANY (names.not_null)) AND m.amname IN ('btree', 'hash')
      AND i.indnkeyatts >= cardinality(k.conkey)
      AND k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1]
  )
ORDER BY r.reltuples DESC, k.conrelid::regclass::text, k.conname
