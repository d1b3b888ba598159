INSERT INTO public._orm_migrations (id, checksum, state, steps_total, steps_done, tool_version)
VALUES ($1, $2, 'partial', $3, 0, $4)
