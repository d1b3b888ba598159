INSERT INTO public._orm_migrations
    (id, checksum, state, steps_total, steps_done, finished_at, reason, tool_version)
VALUES ($1, $2, $3, $4, 0, clock_timestamp(), $5, $6)
ON CONFLICT (id) DO NOTHING
