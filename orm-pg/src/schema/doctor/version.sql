-- What the version of the server means for the statements of orm-pg. The dates are those on which a version gets its last update.
WITH server AS (
    SELECT current_setting('server_version_num')::int AS number, current_setting('server_version_num')::int / 10000 AS major
)
SELECT json_build_object('severity', f.severity, 'object', 'PostgreSQL ' || current_setting('server_version'), 'message', f.message,
                         'sql', json_build_array())
FROM server CROSS JOIN LATERAL (
    SELECT 1 AS place, 'problem' AS severity, format('PostgreSQL %s gets no updates since %s', major, ended.day) AS message
        FROM (VALUES (13, date '2025-11-13'), (14, '2026-11-12'), (15, '2027-11-11'), (16, '2028-11-09'), (17, '2029-11-08'),
                     (18, '2030-11-14')) ended(of, day)
        WHERE ended.of = major AND ended.day <= current_date
    UNION ALL
    SELECT 2, 'problem', 'CREATE INDEX CONCURRENTLY of 14.0 to 14.3 can leave rows out of the index: update the server'
        WHERE number BETWEEN 140000 AND 140003
    UNION ALL
    SELECT 3, 'note', format('not in PostgreSQL %s: %s', major, string_agg(missing.what, '; ' ORDER BY missing.since))
        FROM (VALUES (14, 'multiranges, DETACH PARTITION CONCURRENTLY (14)'),
                     (15, 'NULLS NOT DISTINCT, MERGE, views with security_invoker (15)'),
                     (17, 'ALTER COLUMN .. SET EXPRESSION, MERGE .. RETURNING (17)'),
                     (18, 'NOT NULL .. NOT VALID, virtual generated columns, foreign keys NOT VALID on partitioned tables, '
                          'uuidv7() (18)')) missing(since, what)
        WHERE missing.since > major HAVING count(*) > 0
    ) f
ORDER BY f.place
