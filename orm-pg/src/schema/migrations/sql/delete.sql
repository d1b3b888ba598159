DELETE FROM public._orm_migrations WHERE id = $1
