-- Tables whose oldest row versions are old, counted in transactions: the server stops writing shortly before two thousand
-- million. Says what keeps VACUUM from removing them, if something does.
WITH limits AS (
    SELECT (current_setting('orm.doctor')::jsonb->>'transaction_age')::bigint AS age
), held AS (
    SELECT string_agg(holders.what, ', ' ORDER BY holders.age DESC) AS what
    FROM (
        SELECT format('the transaction of process %s', pid) AS what, age(backend_xmin) AS age
            FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
        UNION ALL SELECT format('the replication slot %I', slot_name), greatest(age(xmin), age(catalog_xmin)) FROM pg_replication_slots
        UNION ALL SELECT format('the prepared transaction %L', gid), age(transaction) FROM pg_prepared_xacts
    ) holders, limits
    WHERE holders.age >= limits.age / 2 AND holders.age > 0
)
SELECT json_build_object(
    'severity', CASE WHEN oldest.age >= 1200000000 THEN 'problem' ELSE 'warning' END,
    'object', oldest.name,
    'message', format('the oldest row of %s is %s transactions old, and writes stop at about 2100000000%s', oldest.name, oldest.age,
                      '; VACUUM is held back by ' || held.what),
    'sql', json_build_array(format('VACUUM (FREEZE, VERBOSE) %s;', oldest.name))
)
FROM (
    SELECT r.oid::regclass::text AS name, greatest(
        age(r.relfrozenxid), age(t.relfrozenxid), mxid_age(r.relminmxid), mxid_age(t.relminmxid)) AS age
    FROM pg_class r LEFT JOIN pg_class t ON t.oid = r.reltoastrelid
    WHERE r.relkind IN ('r', 'm') AND r.relpersistence <> 't'
) oldest, limits, held
WHERE oldest.age >= limits.age
ORDER BY oldest.age DESC, oldest.name
LIMIT 10
