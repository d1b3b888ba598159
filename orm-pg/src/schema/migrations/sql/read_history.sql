SELECT to_json(h) FROM (
    SELECT id, apply_order, checksum, state, undoing, steps_total, steps_done, step_running,
        to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS started_at,
        to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS finished_at,
        duration_ms, error, reason, tool_version, server_version
    FROM public._orm_migrations
) h ORDER BY h.apply_order
