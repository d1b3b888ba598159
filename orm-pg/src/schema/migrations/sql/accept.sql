UPDATE public._orm_migrations SET checksum = $2, reason = $3 WHERE id = $1
