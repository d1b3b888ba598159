UPDATE public._orm_migrations SET state = 'removed', error = NULL, reason = $2 WHERE id = $1
