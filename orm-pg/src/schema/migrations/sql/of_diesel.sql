SELECT json_build_object('version', version, 'success', true) FROM __diesel_schema_migrations
WHERE version <> '00000000000000' ORDER BY version
