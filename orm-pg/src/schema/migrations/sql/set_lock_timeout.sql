SELECT to_json(set_config('lock_timeout', $1, true))
