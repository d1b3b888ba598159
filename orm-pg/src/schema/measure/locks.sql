-- The locks on relations that a session holds or waits for, and who blocks it.
SELECT l.relation, l.mode, pg_blocking_pids($1)
FROM (SELECT) always
LEFT JOIN pg_locks l
  ON l.pid = $1 AND l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
