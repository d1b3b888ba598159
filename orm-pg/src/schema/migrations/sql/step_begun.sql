UPDATE public._orm_migrations SET step_running = $2, error = NULL WHERE id = $1
