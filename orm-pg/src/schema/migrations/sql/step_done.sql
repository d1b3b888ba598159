UPDATE public._orm_migrations SET steps_done = $2, step_running = NULL, error = NULL WHERE id = $1 AND steps_done = $2 - 1
