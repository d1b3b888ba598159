-- Sessions of this database that wait for their client inside a transaction. Another role's sessions show only to members of
-- pg_read_all_stats.
SELECT json_build_object(
    'severity', 'problem',
    'object', format('process %s', a.pid),
    'message', format(
        'process %s (%s) has been idle in a transaction for %s seconds: its locks wait, and VACUUM keeps what it may still see',
        a.pid, concat_ws(', ', 'role ' || quote_ident(a.usename), nullif(a.application_name, '')),
        floor(extract(epoch FROM now() - a.state_change))),
    'sql', json_build_array(
        format('SELECT pg_terminate_backend(%s);', a.pid),
        format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = ''60s'';', current_database()))
)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.state LIKE 'idle in transaction%' AND a.pid <> pg_backend_pid()
  AND now() - a.state_change >= make_interval(secs => (current_setting('orm.doctor')::jsonb->>'idle_seconds')::float8)
ORDER BY a.state_change
