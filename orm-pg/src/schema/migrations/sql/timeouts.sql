SELECT to_json(ARRAY[current_setting('lock_timeout'), current_setting('statement_timeout')])
