SELECT to_json(pg_try_advisory_lock(1869770079, 1835624306))
