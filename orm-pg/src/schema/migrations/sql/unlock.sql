SELECT to_json(pg_advisory_unlock(1869770079, 1835624306))
