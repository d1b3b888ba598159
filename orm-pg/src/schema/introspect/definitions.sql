-- Objects that are kept as whole statements. Columns that only some versions have are asked for by to_jsonb.
WITH application AS (
    SELECT oid, nspname AS schema FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), aggregate AS (
    SELECT p.*, a.*, n.schema,
           CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END AS arguments,
           CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_identity_arguments(p.oid) END AS signature,
           CASE WHEN a.aggkind = 'n' THEN 'r' ELSE 'w' END AS unless
    FROM pg_proc p JOIN application n ON n.oid = p.pronamespace JOIN pg_aggregate a ON a.aggfnoid = p.oid
), operator AS (
    SELECT o.*, format('OPERATOR(%I.%s)', n.nspname, o.oprname) AS label,
           format('%I.%s (%s, %s)', n.nspname, o.oprname,
                  CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
                  CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END) AS signature
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
), family AS (
    SELECT f.*, n.nspname AS schema, m.amname, format('%I.%I USING %I', n.nspname, f.opfname, m.amname) AS label
    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
), member AS (
    -- The operators and functions of operator classes and families, each with what it belongs to.
    SELECT d.refclassid, d.refobjid, 'pg_amop'::regclass AS class, o.oid, o.amopfamily AS family, 1 AS kind, o.amopstrategy AS number,
           format('OPERATOR %s (%s, %s)', o.amopstrategy, format_type(o.amoplefttype, NULL), format_type(o.amoprighttype, NULL)) AS label,
           format('OPERATOR %s %s%s', o.amopstrategy, p.signature,
                  (SELECT format(' FOR ORDER BY %I.%I', f.schema, f.opfname) FROM family f WHERE f.oid = o.amopsortfamily)) AS text
    FROM pg_amop o JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
    JOIN operator p ON p.oid = o.amopopr
    WHERE o.oid >= 16384 AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass) AND d.refobjid <> o.amopsortfamily
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_operator'::regclass AND e.objid = p.oid AND e.deptype = 'e')
    UNION ALL
    SELECT d.refclassid, d.refobjid, 'pg_amproc'::regclass, f.oid, f.amprocfamily, 2, f.amprocnum,
           format('FUNCTION %s (%s, %s)', f.amprocnum, format_type(f.amproclefttype, NULL), format_type(f.amprocrighttype, NULL)),
           format('FUNCTION %s (%s, %s) %s', f.amprocnum, format_type(f.amproclefttype, NULL),
                  format_type(f.amprocrighttype, NULL), f.amproc::oid::regprocedure)
    FROM pg_amproc f JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = f.oid
    WHERE f.oid >= 16384 AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = f.amproc AND e.deptype = 'e')
), configuration AS (
    SELECT c.*, n.schema, format('%I.%I', n.schema, c.cfgname) AS label
    FROM pg_ts_config c JOIN application n ON n.oid = c.cfgnamespace
), statistic AS (
    SELECT s.oid, n.schema, s.stxname, s.stxrelid, format('%I.%I', n.schema, s.stxname) AS label,
           nullif((to_jsonb(s)->>'stxstattarget')::int, -1) AS target
    FROM pg_statistic_ext s JOIN application n ON n.oid = s.stxnamespace
), rule AS (
    SELECT w.oid, w.rulename, w.ev_class, w.ev_enabled, format('%I.%I', n.schema, r.relname) AS label
    FROM pg_rewrite w JOIN pg_class r ON r.oid = w.ev_class JOIN application n ON n.oid = r.relnamespace
    WHERE w.rulename <> '_RETURN' AND r.relkind <> 'f'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
), publication AS (
    SELECT p.*, format('%I', p.pubname) AS label FROM pg_publication p
), foreign_table AS (
    SELECT r.oid, r.relispartition, r.relpartbound, n.schema, r.relname, format('%I.%I', n.schema, r.relname) AS label, s.srvname,
           (SELECT string_agg(format('%I %L', o.option_name, o.option_value), ', ') FROM pg_options_to_table(f.ftoptions) o) AS options,
           (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid) AS parents
    FROM pg_class r JOIN application n ON n.oid = r.relnamespace JOIN pg_foreign_table f ON f.ftrelid = r.oid
    JOIN pg_foreign_server s ON s.oid = f.ftserver
), definition(class, object, part, schema, name, relation, created, dropped, whole_class, whole) AS (
    -- CREATE COLLATION "s"."c" (provider = icu, deterministic = false, locale = 'de')
    SELECT 'pg_collation'::regclass, c.oid, NULL::text, n.schema, c.collname, NULL::oid,
           format('CREATE COLLATION %I.%I (%s)', n.schema, c.collname, concat_ws(', ',
               'provider = ' || CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
               CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
               CASE WHEN it.locale IS NOT NULL THEN format('locale = %L', it.locale)
                    WHEN c.collcollate = c.collctype THEN format('locale = %L', c.collcollate)
                    ELSE format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype) END,
               'rules = ' || quote_literal(it.rules))),
           format('DROP COLLATION %I.%I', n.schema, c.collname),
           NULL::regclass, NULL::oid
    FROM pg_collation c JOIN application n ON n.oid = c.collnamespace,
         LATERAL (SELECT coalesce(to_jsonb(c)->>'colllocale', to_jsonb(c)->>'colliculocale') AS locale,
                         to_jsonb(c)->>'collicurules' AS rules) it
    UNION ALL
    -- CREATE AGGREGATE "s"."a"(integer) (SFUNC = int4pl, STYPE = integer)
    SELECT 'pg_proc'::regclass, a.oid, NULL, a.schema, a.proname, NULL,
           format('CREATE AGGREGATE %I.%I(%s) (%s)', a.schema, a.proname, a.arguments, concat_ws(', ',
               format('SFUNC = %s', a.aggtransfn), format('STYPE = %s', format_type(a.aggtranstype, NULL)),
               'SSPACE = ' || nullif(a.aggtransspace, 0),
               'FINALFUNC = ' || nullif(a.aggfinalfn::text, '-'), CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
               'FINALFUNC_MODIFY = ' || CASE nullif(a.aggfinalmodify, a.unless)
                   WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END,
               'COMBINEFUNC = ' || nullif(a.aggcombinefn::text, '-'), 'SERIALFUNC = ' || nullif(a.aggserialfn::text, '-'),
               'DESERIALFUNC = ' || nullif(a.aggdeserialfn::text, '-'), 'INITCOND = ' || quote_literal(a.agginitval),
               'MSFUNC = ' || nullif(a.aggmtransfn::text, '-'), 'MINVFUNC = ' || nullif(a.aggminvtransfn::text, '-'),
               'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), NULL), 'MSSPACE = ' || nullif(a.aggmtransspace, 0),
               'MFINALFUNC = ' || nullif(a.aggmfinalfn::text, '-'), CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
               'MFINALFUNC_MODIFY = ' || CASE nullif(a.aggmfinalmodify, a.unless)
                   WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END,
               'MINITCOND = ' || quote_literal(a.aggminitval),
               'SORTOP = ' || (SELECT o.label FROM operator o WHERE o.oid = a.aggsortop),
               'PARALLEL = ' || CASE a.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
               CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END)),
           format('DROP AGGREGATE %I.%I(%s)', a.schema, a.proname, a.signature),
           NULL, NULL
    FROM aggregate a
    UNION ALL
    -- CREATE TYPE "s"."r" AS RANGE (SUBTYPE = timestamp without time zone)
    SELECT 'pg_type'::regclass, t.oid, NULL, n.schema, t.typname, NULL,
           format('CREATE TYPE %I.%I AS RANGE (%s)', n.schema, t.typname, concat_ws(', ',
               'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
               'MULTIRANGE_TYPE_NAME = ' || (SELECT format('%I.%I', n.schema, m.typname) FROM pg_type m
                                             WHERE m.oid = (to_jsonb(r)->>'rngmultitypid')::oid),
               'SUBTYPE_OPCLASS = ' || (SELECT format('%I.%I', o.nspname, c.opcname) FROM pg_opclass c
                                        JOIN pg_namespace o ON o.oid = c.opcnamespace WHERE c.oid = r.rngsubopc AND NOT c.opcdefault),
               'COLLATION = ' || (SELECT format('%I.%I', o.nspname, c.collname) FROM pg_collation c
                                  JOIN pg_namespace o ON o.oid = c.collnamespace
                                  JOIN pg_type s ON s.oid = r.rngsubtype WHERE c.oid = r.rngcollation AND s.typcollation <> c.oid),
               'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff::text, '-'))),
           format('DROP TYPE %I.%I', n.schema, t.typname),
           NULL, NULL
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid JOIN application n ON n.oid = t.typnamespace
    WHERE r.rngcanonical = 0
    UNION ALL
    -- CREATE OPERATOR "s".=== (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer)
    SELECT 'pg_operator'::regclass, o.oid, NULL, n.schema, o.oprname, NULL,
           format('CREATE OPERATOR %I.%s (%s)', n.schema, o.oprname, concat_ws(', ',
               format('FUNCTION = %s', o.oprcode),
               'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL), 'RIGHTARG = ' || format_type(nullif(o.oprright, 0), NULL),
               'COMMUTATOR = ' || (SELECT c.label FROM operator c WHERE c.oid = o.oprcom),
               'NEGATOR = ' || (SELECT c.label FROM operator c WHERE c.oid = o.oprnegate),
               'RESTRICT = ' || nullif(o.oprrest::text, '-'), 'JOIN = ' || nullif(o.oprjoin::text, '-'),
               CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END)),
           'DROP OPERATOR ' || o.signature,
           NULL, NULL
    FROM operator o JOIN application n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0
    UNION ALL
    SELECT 'pg_opfamily'::regclass, f.oid, NULL, f.schema, f.opfname, NULL,
           'CREATE OPERATOR FAMILY ' || f.label, 'DROP OPERATOR FAMILY ' || f.label,
           NULL, NULL
    FROM family f JOIN application n ON n.oid = f.opfnamespace
    UNION ALL
    -- CREATE OPERATOR CLASS "s"."c" FOR TYPE integer USING btree FAMILY "s"."f" AS OPERATOR 1 pg_catalog.< (integer, integer)
    SELECT 'pg_opclass'::regclass, c.oid, NULL, n.schema, c.opcname, NULL,
           format('CREATE OPERATOR CLASS %I.%I %sFOR TYPE %s USING %I FAMILY %I.%I AS %s', n.schema, c.opcname,
                  CASE WHEN c.opcdefault THEN 'DEFAULT ' ELSE '' END, format_type(c.opcintype, NULL), f.amname, f.schema, f.opfname,
                  concat_ws(', ', CASE WHEN c.opckeytype <> 0 OR it.texts IS NULL THEN
                      'STORAGE ' || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), NULL) END, it.texts)),
           format('DROP OPERATOR CLASS %I.%I USING %I', n.schema, c.opcname, f.amname),
           NULL, NULL
    FROM pg_opclass c JOIN application n ON n.oid = c.opcnamespace JOIN family f ON f.oid = c.opcfamily,
         LATERAL (SELECT string_agg(m.text, ', ' ORDER BY m.kind, m.number, m.label) AS texts FROM member m
                  WHERE m.refclassid = 'pg_opclass'::regclass AND m.refobjid = c.oid) it
    UNION ALL
    SELECT m.class, m.oid, NULL, NULL, NULL, NULL,
           format('ALTER OPERATOR FAMILY %s ADD %s', f.label, m.text), format('ALTER OPERATOR FAMILY %s DROP %s', f.label, m.label),
           'pg_opfamily'::regclass, f.oid
    FROM member m JOIN family f ON f.oid = m.family
    WHERE m.refclassid = 'pg_opfamily'::regclass
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_opfamily'::regclass AND d.objid = f.oid AND d.deptype = 'e')
    UNION ALL
    -- CREATE CAST (text AS "s"."t") WITH FUNCTION "s"."f"(text) AS ASSIGNMENT
    SELECT 'pg_cast'::regclass, c.oid, NULL, NULL, NULL, NULL,
           format('CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
                  CASE c.castmethod WHEN 'i' THEN 'WITH INOUT' WHEN 'b' THEN 'WITHOUT FUNCTION'
                                    ELSE format('WITH FUNCTION %s', c.castfunc::regprocedure) END,
                  CASE c.castcontext WHEN 'i' THEN ' AS IMPLICIT' WHEN 'a' THEN ' AS ASSIGNMENT' ELSE '' END),
           format('DROP CAST (%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
           NULL, NULL
    FROM pg_cast c WHERE c.oid >= 16384
    UNION ALL
    SELECT 'pg_conversion'::regclass, c.oid, NULL, n.schema, c.conname, NULL,
           format('CREATE %sCONVERSION %I.%I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END, n.schema,
                  c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc),
           format('DROP CONVERSION %I.%I', n.schema, c.conname),
           NULL, NULL
    FROM pg_conversion c JOIN application n ON n.oid = c.connamespace
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, NULL, s.schema, s.stxname, s.stxrelid,
           pg_get_statisticsobjdef(s.oid), format('DROP STATISTICS %s', s.label),
           NULL, NULL
    FROM statistic s
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, s.oid, 'target', NULL, NULL, s.stxrelid,
           format('ALTER STATISTICS %s SET STATISTICS %s', s.label, s.target), format('ALTER STATISTICS %s SET STATISTICS -1', s.label),
           'pg_statistic_ext'::regclass, s.oid
    FROM statistic s WHERE s.target IS NOT NULL
    UNION ALL
    SELECT 'pg_rewrite'::regclass, w.oid, NULL, NULL, NULL, w.ev_class,
           rtrim(pg_get_ruledef(w.oid), ';'), format('DROP RULE %I ON %s', w.rulename, w.label),
           NULL, NULL
    FROM rule w
    UNION ALL
    SELECT 'pg_rewrite'::regclass, w.oid, 'state', NULL, NULL, w.ev_class,
           format('ALTER TABLE %s %s RULE %I', w.label,
                  CASE w.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, w.rulename),
           format('ALTER TABLE %s ENABLE RULE %I', w.label, w.rulename),
           'pg_rewrite'::regclass, w.oid
    FROM rule w WHERE w.ev_enabled <> 'O'
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, d.oid, NULL, n.schema, d.dictname, NULL,
           format('CREATE TEXT SEARCH DICTIONARY %I.%I (%s)', n.schema, d.dictname, concat_ws(', ',
               (SELECT format('TEMPLATE = %I.%I', o.nspname, t.tmplname) FROM pg_ts_template t
                JOIN pg_namespace o ON o.oid = t.tmplnamespace WHERE t.oid = d.dicttemplate), d.dictinitoption)),
           format('DROP TEXT SEARCH DICTIONARY %I.%I', n.schema, d.dictname),
           NULL, NULL
    FROM pg_ts_dict d JOIN application n ON n.oid = d.dictnamespace
    UNION ALL
    SELECT 'pg_ts_config'::regclass, c.oid, NULL, c.schema, c.cfgname, NULL,
           format('CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %I.%I)', c.label, n.nspname, p.prsname),
           format('DROP TEXT SEARCH CONFIGURATION %s', c.label),
           NULL, NULL
    FROM configuration c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
    UNION ALL
    -- ALTER TEXT SEARCH CONFIGURATION "s"."c" ADD MAPPING FOR word WITH "s"."d", pg_catalog.simple
    SELECT 'pg_ts_config'::regclass, c.oid, format('mapping for %I', t.alias), NULL, NULL, NULL,
           format('ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %I WITH %s', c.label, t.alias,
                  string_agg(format('%I.%I', n.nspname, d.dictname), ', ' ORDER BY m.mapseqno)),
           format('ALTER TEXT SEARCH CONFIGURATION %s DROP MAPPING FOR %I', c.label, t.alias),
           'pg_ts_config'::regclass, c.oid
    FROM configuration c JOIN pg_ts_config_map m ON m.mapcfg = c.oid JOIN ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
    JOIN pg_ts_dict d ON d.oid = m.mapdict JOIN pg_namespace n ON n.oid = d.dictnamespace
    GROUP BY c.oid, c.label, t.alias
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, e.oid, NULL, NULL, NULL, NULL,
           format('CREATE EVENT TRIGGER %I ON %I%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
                  (SELECT ' WHEN TAG IN (' || string_agg(quote_literal(tag), ', ') || ')' FROM unnest(e.evttags) tag), e.evtfoid::regproc),
           format('DROP EVENT TRIGGER %I', e.evtname),
           NULL, NULL
    FROM pg_event_trigger e
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, e.oid, 'state', NULL, NULL, NULL,
           format('ALTER EVENT TRIGGER %I %s', e.evtname,
                  CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END),
           format('ALTER EVENT TRIGGER %I ENABLE', e.evtname),
           'pg_event_trigger'::regclass, e.oid
    FROM pg_event_trigger e WHERE e.evtenabled <> 'O'
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, NULL, NULL, NULL, NULL,
           concat_ws(' ', format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname), 'HANDLER ' || nullif(w.fdwhandler, 0)::regproc,
                     'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc,
                     (SELECT 'OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
                      FROM pg_options_to_table(w.fdwoptions) o)),
           format('DROP FOREIGN DATA WRAPPER %I', w.fdwname), NULL, NULL
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, s.oid, NULL, NULL, NULL, NULL,
           concat_ws(' ', format('CREATE SERVER %I', s.srvname), 'TYPE ' || quote_literal(s.srvtype),
                     'VERSION ' || quote_literal(s.srvversion), format('FOREIGN DATA WRAPPER %I', w.fdwname),
                     (SELECT 'OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
                      FROM pg_options_to_table(s.srvoptions) o)),
           format('DROP SERVER %I', s.srvname), NULL, NULL
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    UNION ALL
    -- CREATE FOREIGN TABLE "s"."t" ("a" integer OPTIONS (column_name 'x') NOT NULL) SERVER "remote" OPTIONS (table_name 't')
    SELECT 'pg_class'::regclass, f.oid, NULL, f.schema, f.relname, NULL,
           concat_ws(' ', format('CREATE FOREIGN TABLE %s (%s)', f.label, (
               SELECT string_agg(it.text, ', ' ORDER BY it.kind, it.number, it.name) FROM (
                   SELECT 1 AS kind, a.attnum AS number, a.attname AS name, concat_ws(' ', quote_ident(a.attname),
                       format_type(a.atttypid, a.atttypmod),
                       (SELECT 'OPTIONS (' || string_agg(format('%I %L', o.option_name, o.option_value), ', ') || ')'
                        FROM pg_options_to_table(a.attfdwoptions) o),
                       (SELECT format('COLLATE %I.%I', n.nspname, c.collname) FROM pg_collation c
                        JOIN pg_namespace n ON n.oid = c.collnamespace JOIN pg_type t ON t.oid = a.atttypid
                        WHERE c.oid = a.attcollation AND t.typcollation <> c.oid),
                       CASE WHEN a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = f.oid
                            AND k.contype = 'n' AND a.attnum = ANY (k.conkey)) THEN 'NOT NULL' END,
                       (SELECT CASE a.attgenerated WHEN '' THEN 'DEFAULT ' || it
                               ELSE format('GENERATED ALWAYS AS (%s) %s', it, CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END) END
                        FROM pg_attrdef d, pg_get_expr(d.adbin, d.adrelid) it WHERE d.adrelid = f.oid AND d.adnum = a.attnum)) AS text
                   FROM pg_attribute a WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped
                     AND (a.attislocal OR f.relispartition)
                   UNION ALL
                   SELECT 2, 0, k.conname, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
                   FROM pg_constraint k WHERE k.conrelid = f.oid AND k.contype IN ('c', 'n') AND (k.conislocal OR f.relispartition)
               ) it)),
               CASE WHEN NOT f.relispartition THEN 'INHERITS (' || f.parents || ')' END,
               format('SERVER %I', f.srvname), 'OPTIONS (' || f.options || ')'),
           format('DROP FOREIGN TABLE %s', f.label), NULL, NULL
    FROM foreign_table f
    UNION ALL
    SELECT 'pg_class'::regclass, f.oid, 'partition', NULL, NULL, i.inhparent,
           format('ALTER TABLE %s ATTACH PARTITION %s %s', f.parents, f.label, pg_get_expr(f.relpartbound, f.oid)),
           format('ALTER TABLE %s DETACH PARTITION %s', f.parents, f.label), 'pg_class'::regclass, f.oid
    FROM foreign_table f JOIN pg_inherits i ON i.inhrelid = f.oid WHERE f.relispartition
    UNION ALL
    SELECT 'pg_class'::regclass, f.oid, format('comment for %I', a.attname), NULL, NULL, NULL,
           format('COMMENT ON COLUMN %s.%I IS %L', f.label, a.attname, c.description),
           format('COMMENT ON COLUMN %s.%I IS NULL', f.label, a.attname), 'pg_class'::regclass, f.oid
    FROM foreign_table f JOIN pg_attribute a ON a.attrelid = f.oid
    JOIN pg_description c ON c.classoid = 'pg_class'::regclass AND c.objoid = f.oid AND c.objsubid = a.attnum
    UNION ALL
    SELECT 'pg_trigger'::regclass, t.oid, NULL, NULL, NULL, NULL, pg_get_triggerdef(t.oid),
           format('DROP TRIGGER %I ON %s', t.tgname, f.label), 'pg_class'::regclass, f.oid
    FROM foreign_table f JOIN pg_trigger t ON t.tgrelid = f.oid AND NOT t.tgisinternal AND t.tgenabled = 'O'
    UNION ALL
    -- CREATE PUBLICATION "p" WITH (publish = 'insert, update')
    SELECT 'pg_publication'::regclass, p.oid, NULL, NULL, NULL, NULL,
           format('CREATE PUBLICATION %s%s WITH (%s)', p.label, CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE '' END,
               concat_ws(', ', format('publish = %L', concat_ws(', ',
                   CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                   CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)),
                   CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END,
                   CASE WHEN to_jsonb(p)->>'pubgencols' = 's' THEN 'publish_generated_columns = stored' END)),
           format('DROP PUBLICATION %s', p.label),
           NULL, NULL
    FROM publication p
    UNION ALL
    -- ALTER PUBLICATION "p" ADD TABLE ONLY "s"."t" ("a", "b") WHERE (a > 1)
    SELECT 'pg_publication_rel'::regclass, l.oid, NULL, NULL, NULL, l.prrelid,
           format('ALTER PUBLICATION %s ADD TABLE ONLY %I.%I%s%s', p.label, n.nspname, r.relname,
                  (SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
                   FROM regexp_split_to_table(to_jsonb(l)->>'prattrs', '\D+') number JOIN pg_attribute a
                   ON a.attrelid = r.oid AND a.attnum::text = number),
                  (SELECT ' WHERE ' || (to_jsonb(t)->>'rowfilter') FROM pg_publication_tables t
                   WHERE to_jsonb(l)->>'prqual' IS NOT NULL AND t.pubname = p.pubname AND t.schemaname = n.nspname
                     AND t.tablename = r.relname)),
           format('ALTER PUBLICATION %s DROP TABLE ONLY %I.%I', p.label, n.nspname, r.relname),
           'pg_publication'::regclass, p.oid
    FROM pg_publication_rel l JOIN publication p ON p.oid = l.prpubid JOIN pg_class r ON r.oid = l.prrelid
    JOIN pg_namespace n ON n.oid = r.relnamespace
    UNION ALL
    SELECT d.classid, d.objid, NULL, NULL, NULL, NULL,
           format('ALTER PUBLICATION %s ADD TABLES IN SCHEMA %I', p.label, n.nspname),
           format('ALTER PUBLICATION %s DROP TABLES IN SCHEMA %I', p.label, n.nspname),
           'pg_publication'::regclass, p.oid
    FROM pg_depend d JOIN pg_depend o ON o.classid = d.classid AND o.objid = d.objid
    JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass AND n.oid = d.refobjid
    JOIN publication p ON o.refclassid = 'pg_publication'::regclass AND p.oid = o.refobjid
    WHERE d.classid = to_regclass('pg_catalog.pg_publication_namespace')
)
SELECT json_build_object(
    'object', json_build_object('kind', concat_ws(' ', o.type, substring(d.part FROM '^\w+')),
                                'identity', concat_ws(' of ', substring(d.part FROM 'for (.*)'), o.identity)),
    'name', CASE WHEN d.name IS NOT NULL THEN json_build_object('schema', d.schema, 'name', d.name) END,
    'of', (SELECT json_build_object('schema', n.nspname, 'name', r.relname)
                 FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = d.relation),
    'part_of', CASE WHEN d.whole IS NOT NULL THEN (SELECT json_build_object('kind', w.type, 'identity', w.identity)
                                                   FROM pg_identify_object(d.whole_class, d.whole, 0) w) END,
    'create', d.created,
    'drop', d.dropped,
    'comment', CASE WHEN d.part IS NULL THEN obj_description(d.object, d.class::text) END
)
FROM definition d, pg_identify_object(d.class, d.object, 0) o
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.class AND e.objid = d.object
                  AND (e.deptype = 'e' OR e.deptype = 'i' AND d.class IN ('pg_proc'::regclass, 'pg_cast'::regclass)))
