-- For the transaction: names are written with their schemas, and the queries that follow read the limits of the caller.
SELECT json_build_object(
    'search_path', set_config('search_path', '', true),
    'limits', set_config('orm.doctor', $1::jsonb::text, true),
    'server_version', current_setting('server_version_num')::int
)
