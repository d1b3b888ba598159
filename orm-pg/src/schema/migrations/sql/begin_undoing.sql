UPDATE public._orm_migrations
SET state = 'partial', undoing = true, steps_total = $2, steps_done = 0, step_running = NULL, error = NULL
WHERE id = $1
