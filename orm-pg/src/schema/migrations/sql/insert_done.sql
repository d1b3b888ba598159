INSERT INTO public._orm_migrations
    (id, checksum, state, steps_total, steps_done, started_at, finished_at, duration_ms, tool_version)
VALUES ($1, $2, 'done', $3, $3, now(), clock_timestamp(),
    (extract(epoch FROM clock_timestamp() - now()) * 1000)::bigint, $4)
