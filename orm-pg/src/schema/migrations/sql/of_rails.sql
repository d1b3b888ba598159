SELECT json_build_object('version', version, 'success', true) FROM schema_migrations ORDER BY version
