-- Views, materialized views, functions and procedures, each as its text.
SELECT json_build_object('view', json_build_object(
    'name', json_build_object('schema', n.nspname, 'name', r.relname),
    'materialized', r.relkind = 'm',
    'columns', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
                FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'types', (SELECT coalesce(json_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum), '[]')
              FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'definition', pg_get_viewdef(r.oid),
    'options', to_json(r.reloptions || ARRAY(SELECT 'toast.' || o FROM pg_class t, unnest(t.reloptions) o
                                             WHERE t.oid = r.reltoastrelid)),
    'comment', obj_description(r.oid, 'pg_class'),
    'column_comments', (SELECT coalesce(json_object_agg(a.attname, c.description), '{}')
                        FROM pg_description c JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = c.objsubid
                        WHERE c.classoid = 'pg_class'::regclass AND c.objoid = r.oid AND c.objsubid > 0),
    'column_defaults', (SELECT coalesce(json_object_agg(a.attname, pg_get_expr(d.adbin, d.adrelid)), '{}')
                        FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
                        WHERE d.adrelid = r.oid),
    'owner', pg_get_userbyid(r.relowner),
    'privileges', (
        SELECT json_agg(json_build_object(
            'grantee', CASE WHEN g.grantee = 0 THEN 'public' ELSE pg_get_userbyid(g.grantee) END,
            'privilege', g.privilege_type, 'column', acl.attname, 'grantable', g.is_grantable))
        FROM (SELECT NULL AS attname, r.relacl AS items
              UNION ALL SELECT a.attname, a.attacl FROM pg_attribute a WHERE a.attrelid = r.oid) acl,
             aclexplode(acl.items) g)
))
FROM pg_class r
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE r.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
UNION ALL
SELECT json_build_object('function', json_build_object(
    'name', json_build_object('schema', n.nspname, 'name', p.proname),
    'arguments', pg_get_function_identity_arguments(p.oid),
    'procedure', p.prokind = 'p',
    'definition', pg_get_functiondef(p.oid),
    'comment', obj_description(p.oid, 'pg_proc'),
    'owner', pg_get_userbyid(p.proowner),
    'privileges', (
        SELECT json_agg(json_build_object(
            'grantee', CASE WHEN g.grantee = 0 THEN 'public' ELSE pg_get_userbyid(g.grantee) END,
            'privilege', g.privilege_type, 'column', NULL, 'grantable', g.is_grantable))
        FROM aclexplode(p.proacl) g)
))
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  -- Those of extensions, and the constructors of range types.
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
