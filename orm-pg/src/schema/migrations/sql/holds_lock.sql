SELECT to_json(EXISTS (
    SELECT FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
        AND classid = 1869770079 AND objid = 1835624306 AND objsubid = 2
))
