SELECT json_build_object('version', version::text, 'success', true) FROM refinery_schema_history ORDER BY version
