-- The session as the server sees it. After SET ROLE, a role that is not a member of pg_read_all_stats does not see when its
-- own session began, nor whether it is encrypted.
SELECT json_build_object(
    'version', current_setting('server_version'),
    'database', current_database(),
    'role', current_user,
    'local', coalesce(inet_client_addr() <<= ANY ('{127.0.0.0/8,::1/128}'::inet[]), true),
    'visible', a.backend_start IS NOT NULL,
    'tls', s.version,
    'cipher', s.cipher,
    'process', a.pid,
    'age_seconds', extract(epoch FROM clock_timestamp() - a.backend_start)::float8,
    'pooled_statements', (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'PGBOUNCER\_%')
)
FROM pg_stat_activity a LEFT JOIN pg_stat_ssl s ON s.pid = a.pid AND s.ssl
WHERE a.pid = pg_backend_pid()
