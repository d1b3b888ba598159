-- Triggers and policies of tables and views.
SELECT json_build_object(
    'table', json_build_object('schema', n.nspname, 'name', r.relname),
    'triggers', (SELECT coalesce(json_agg(json_build_object(
                     'name', t.tgname,
                     'definition', pg_get_triggerdef(t.oid),
                     'enabled', t.tgenabled,
                     'inherited', coalesce((to_jsonb(t)->>'tgparentid')::bigint, 0) <> 0,
                     'comment', obj_description(t.oid, 'pg_trigger')
                 )), '[]')
                 FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal),
    'policies', (SELECT coalesce(json_agg(json_build_object(
                     'name', p.polname,
                     'permissive', p.polpermissive,
                     'command', CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                                              WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                     'roles', (SELECT json_agg(CASE WHEN u.role = 0 THEN 'public' ELSE pg_get_userbyid(u.role) END
                                               ORDER BY u.role)
                               FROM unnest(p.polroles) u(role)),
                     'using', pg_get_expr(p.polqual, p.polrelid),
                     'check', pg_get_expr(p.polwithcheck, p.polrelid),
                     'comment', obj_description(p.oid, 'pg_policy')
                 )), '[]')
                 FROM pg_policy p WHERE p.polrelid = r.oid)
)
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE r.relkind IN ('r', 'p', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal)
       OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = r.oid))
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
