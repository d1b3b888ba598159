-- A function may refer to what comes later in the transaction.
SELECT to_json(ARRAY[set_config('lock_timeout', $1, true), set_config('check_function_bodies', 'off', true)])
