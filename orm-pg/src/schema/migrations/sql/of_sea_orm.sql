SELECT json_build_object('version', version, 'success', true) FROM seaql_migrations ORDER BY version
