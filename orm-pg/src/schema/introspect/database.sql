-- The version of the server, the schemas of the application, and the extensions. From here on names are written with their
-- schemas, except those of pg_catalog. To compile the queries would take longer than to run them.
SELECT json_build_object(
    'server_version', current_setting('server_version_num')::int,
    'search_path', set_config('search_path', '', true),
    'jit', set_config('jit', 'off', true),
    'schemas', (
        SELECT coalesce(json_agg(json_build_object(
            'name', n.nspname,
            'comment', obj_description(n.oid, 'pg_namespace')
        )), '[]')
        FROM pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
    ),
    'extensions', (
        SELECT coalesce(json_agg(json_build_object('name', e.extname, 'schema', n.nspname)), '[]')
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname <> 'plpgsql'
    )
)
