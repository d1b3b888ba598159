-- A function may refer to what comes later in the transaction. What is set for the session is set back by the caller.
SELECT to_json(ARRAY[set_config('lock_timeout', $1, $3), set_config('statement_timeout', $2, $3),
                     CASE WHEN $3 THEN set_config('check_function_bodies', 'off', true) END])
