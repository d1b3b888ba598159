-- What the role may do that an application does not need.
SELECT json_build_object(
    'severity', 'warning',
    'object', quote_ident(r.rolname),
    'message', format(v.message, quote_ident(r.rolname)),
    'sql', json_build_array(
        'CREATE ROLE app LOGIN;',
        'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;',
        'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app;')
)
FROM pg_roles r CROSS JOIN LATERAL (
    SELECT count(*) AS number, count(*) FILTER (WHERE t.relrowsecurity AND NOT t.relforcerowsecurity) AS secured
    FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND pg_has_role(r.oid, t.relowner, 'USAGE')
) owned CROSS JOIN LATERAL (
    VALUES (r.rolsuper, 'the role %s is a superuser: no privilege and no policy of row security holds it back'),
           (r.rolbypassrls AND NOT r.rolsuper, 'the role %s has BYPASSRLS: policies of row security do not apply to it'),
           (r.rolcreaterole AND NOT r.rolsuper, 'the role %s has CREATEROLE: it can create further roles'),
           (owned.number > 0 AND NOT r.rolsuper,
            format('the role %%s owns %s tables and can drop them', owned.number)
                || CASE WHEN owned.secured > 0
                        THEN format('; on %s of them, policies of row security do not apply to it', owned.secured)
                        ELSE '' END)
) v(applies, message)
WHERE r.rolname = current_user AND v.applies
