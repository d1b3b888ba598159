SELECT to_json(to_regclass($1) IS NOT NULL)
