SELECT json_build_object('version', version::text, 'success', success) FROM _sqlx_migrations ORDER BY version
