UPDATE public._orm_migrations
SET state = 'done', finished_at = clock_timestamp(),
    duration_ms = (extract(epoch FROM clock_timestamp() - started_at) * 1000)::bigint
WHERE id = $1
