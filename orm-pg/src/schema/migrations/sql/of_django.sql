SELECT json_build_object('version', app || '.' || name, 'success', true) FROM django_migrations ORDER BY id
