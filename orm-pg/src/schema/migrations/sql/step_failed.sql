UPDATE public._orm_migrations SET error = $2 WHERE id = $1
