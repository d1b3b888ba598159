-- Indexes with the same keys as another one. Of each group, one is kept: that of a constraint, else a unique one, else the
-- oldest one.
WITH all_of_them AS (
    SELECT i.indexrelid, i.indrelid, i.indisunique, k.conname, f.refers,
           concat_ws('/', i.indrelid, c.relam, i.indnkeyatts, i.indkey, i.indclass, i.indcollation, i.indoption,
                     to_jsonb(i)->>'indnullsnotdistinct', pg_get_expr(i.indexprs, i.indrelid),
                     pg_get_expr(i.indpred, i.indrelid)) AS same,
           pg_relation_size(i.indexrelid) AS bytes
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'),
    LATERAL (SELECT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = i.indexrelid) AS refers) f
    WHERE i.indisvalid AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), ranked AS (
    SELECT *, row_number() OVER by_worth AS place, first_value(indexrelid) OVER by_worth AS kept
    FROM all_of_them
    WINDOW by_worth AS (PARTITION BY same ORDER BY refers DESC, conname IS NULL, NOT indisunique, indexrelid
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT json_build_object(
    'severity', 'warning',
    'object', indexrelid::regclass::text,
    'message', format('the index %s (%s) has the same keys as %s, on %s', indexrelid::regclass, pg_size_pretty(bytes),
                      kept::regclass, indrelid::regclass),
    'sql', CASE
        WHEN refers THEN json_build_array(format(
            '-- a foreign key needs the constraint %I: create it again after DROP CONSTRAINT, so that it uses %s', conname,
            kept::regclass))
        WHEN conname IS NOT NULL THEN
            json_build_array(format('ALTER TABLE %s DROP CONSTRAINT %I;', indrelid::regclass, conname))
        ELSE json_build_array(format('DROP INDEX CONCURRENTLY %s;', indexrelid::regclass))
    END
)
FROM ranked
WHERE place > 1
ORDER BY bytes DESC, indexrelid::regclass::text
