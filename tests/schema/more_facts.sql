-- Further facts of a schema as lines, asked for in another way than introspection does.
SET search_path = '';
SET jit = off;
WITH own AS (
    SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.oid >= 16384 OR n.nspname = 'public'
), relation AS (
    SELECT r.*, concat_ws('.', n.nspname, r.relname) AS label
    FROM pg_class r JOIN own n ON n.oid = r.relnamespace
    LEFT JOIN pg_depend m ON m.classid = 'pg_class'::regclass AND m.objid = r.oid AND m.deptype = 'e'
    WHERE m.objid IS NULL
), attribute AS (
    SELECT a.*, r.relkind, r.label || '.' || a.attname AS place, to_jsonb(a) AS json
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped
), exploded AS (
    SELECT 'pg_proc'::regclass AS class, p.oid, aggkind AS kind, it.*
        FROM pg_aggregate a JOIN pg_proc p ON p.oid = aggfnoid JOIN own n ON n.oid = pronamespace,
             jsonb_each_text(to_jsonb(a) || jsonb_build_object('parallel', proparallel, 'hypothetical', aggkind)) it
    UNION ALL SELECT 'pg_operator'::regclass, o.oid, '', it.*
        FROM pg_operator o JOIN own n ON n.oid = oprnamespace, jsonb_each_text(to_jsonb(o)) it
    UNION ALL SELECT 'pg_type'::regclass, t.oid, '', it.*
        FROM pg_range r JOIN pg_type t ON t.oid = rngtypid JOIN own n ON n.oid = typnamespace, jsonb_each_text(to_jsonb(r)) it
    UNION ALL SELECT 'pg_collation'::regclass, c.oid, '', it.*
        FROM pg_collation c JOIN own n ON n.oid = collnamespace, jsonb_each_text(to_jsonb(c)) it
), choice(key, option, kind) AS (
    VALUES ('aggtransfn', 'SFUNC', 'name'), ('aggtranstype', 'STYPE', 'type'), ('aggtransspace', 'SSPACE', 'number'),
           ('aggfinalfn', 'FINALFUNC', 'name'), ('aggfinalextra', 'FINALFUNC_EXTRA', 'flag'), ('aggfinalmodify', 'FINALFUNC_MODIFY', 'modify'),
           ('aggcombinefn', 'COMBINEFUNC', 'name'), ('aggserialfn', 'SERIALFUNC', 'name'), ('aggdeserialfn', 'DESERIALFUNC', 'name'),
           ('agginitval', 'INITCOND', 'text'), ('aggmtransfn', 'MSFUNC', 'name'), ('aggminvtransfn', 'MINVFUNC', 'name'),
           ('aggmtranstype', 'MSTYPE', 'type'), ('aggmtransspace', 'MSSPACE', 'number'), ('aggmfinalfn', 'MFINALFUNC', 'name'),
           ('aggmfinalextra', 'MFINALFUNC_EXTRA', 'flag'), ('aggmfinalmodify', 'MFINALFUNC_MODIFY', 'modify'), ('aggminitval', 'MINITCOND', 'text'),
           ('aggsortop', 'SORTOP', 'operator'), ('parallel', 'PARALLEL', 'parallel'), ('hypothetical', 'HYPOTHETICAL', 'hypothetical'),
           ('oprcode', 'FUNCTION', 'name'), ('oprleft', 'LEFTARG', 'type'), ('oprright', 'RIGHTARG', 'type'), ('oprcom', 'COMMUTATOR', 'operator'),
           ('oprnegate', 'NEGATOR', 'operator'), ('oprrest', 'RESTRICT', 'name'), ('oprjoin', 'JOIN', 'name'), ('oprcanhash', 'HASHES', 'flag'),
           ('oprcanmerge', 'MERGES', 'flag'), ('rngsubtype', 'SUBTYPE', 'type'), ('rngsubdiff', 'SUBTYPE_DIFF', 'name'),
           ('rngmultitypid', 'MULTIRANGE_TYPE_NAME', 'type'), ('rngsubopc', 'SUBTYPE_OPCLASS', 'class'), ('rngcollation', 'COLLATION', 'collation'),
           ('collisdeterministic', 'deterministic', 'unless'), ('colliculocale', 'locale', 'text'), ('colllocale', 'locale', 'text'),
           ('collicurules', 'rules', 'text'), ('collprovider', 'provider', 'provider'), ('collcollate', 'collate', 'text'), ('collctype', 'ctype', 'text')
)
SELECT concat_ws(' ', 'stores', place, translate(attstorage::text, 'pemx', 'PEMX')) AS fact
    FROM attribute WHERE relkind IN ('r', 'p') AND attstorage <> (SELECT typstorage FROM pg_type t WHERE t.oid = atttypid)
UNION ALL SELECT concat_ws(' ', 'compresses', place, json->>'attcompression')
    FROM attribute WHERE relkind IN ('r', 'p') AND json->>'attcompression' IN ('p', 'l')
UNION ALL SELECT concat_ws(' ', 'samples', place, json->>'attstattarget')
    FROM attribute WHERE relkind IN ('r', 'p') AND (json->>'attstattarget')::int >= 0
UNION ALL SELECT concat_ws(' ', 'samples key', label, attnum, json->>'attstattarget')
    FROM attribute JOIN relation r ON r.oid = attrelid WHERE r.relkind IN ('i', 'I') AND (json->>'attstattarget')::int >= 0
UNION ALL SELECT concat_ws(' ', 'guesses', place, it)
    FROM attribute, unnest(attoptions) it WHERE relkind IN ('r', 'p') AND split_part(it, '=', 1) IN ('n_distinct', 'n_distinct_inherited')
UNION ALL SELECT concat_ws(' ', 'replicates', label, relreplident, (SELECT x.relname FROM pg_index JOIN pg_class x ON x.oid = indexrelid WHERE indrelid = r.oid AND indisreplident))
    FROM relation r WHERE relkind IN ('r', 'p') AND relreplident <> 'd'
UNION ALL SELECT concat_ws(' ', 'clusters', r.label, x.relname)
    FROM pg_index i JOIN relation r ON r.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indisclustered AND r.relkind IN ('r', 'p')
UNION ALL SELECT concat_ws(' ', 'toasts', r.label, it)
    FROM relation r JOIN pg_class t ON t.oid = r.reltoastrelid, unnest(t.reloptions) it
UNION ALL SELECT concat_ws(' ', 'view with', label, it) FROM relation, unnest(reloptions) it WHERE relkind IN ('v', 'm')
UNION ALL SELECT concat_ws(' ', 'comment on view', place, description)
    FROM attribute JOIN pg_description c ON c.objoid = attrelid AND c.objsubid = attnum AND c.classoid = 'pg_class'::regclass
    WHERE relkind IN ('v', 'm')
UNION ALL SELECT concat_ws(' ', 'default of view', place, pg_get_expr(adbin, adrelid))
    FROM attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind = 'v'
UNION ALL SELECT concat_ws(' ', 'comment on attribute', place, description)
    FROM attribute JOIN pg_description c ON c.objoid = attrelid AND c.objsubid = attnum AND c.classoid = 'pg_class'::regclass
    WHERE relkind = 'c'
UNION ALL SELECT concat_ws(' ', 'comment on domain', n.nspname || '.' || typname, conname, description)
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN own n ON n.oid = typnamespace
    JOIN pg_description c ON c.classoid = 'pg_constraint'::regclass AND c.objoid = k.oid WHERE contype = 'c'
UNION ALL SELECT concat_ws(' ', 'comment on', CASE relkind WHEN 'I' THEN 'i' WHEN 'p' THEN 'r' WHEN 'm' THEN 'v' ELSE relkind END, label, description)
    FROM relation r JOIN pg_description c ON c.objoid = r.oid AND c.objsubid = 0 AND c.classoid = 'pg_class'::regclass
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = r.oid AND k.contype IN ('p', 'u', 'x')) AND relkind NOT IN ('c', 'f')
UNION ALL SELECT concat_ws(' ', 'comment on type', n.nspname || '.' || typname, description)
    FROM pg_type t JOIN own n ON n.oid = typnamespace JOIN pg_description c ON c.objoid = t.oid AND c.classoid = 'pg_type'::regclass
    WHERE typtype IN ('e', 'd', 'c') AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = c.classoid AND objid = t.oid AND deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'comment on function', n.nspname || '.' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', description)
    FROM pg_proc p JOIN own n ON n.oid = pronamespace JOIN pg_description c ON c.objoid = p.oid AND c.classoid = 'pg_proc'::regclass
    WHERE prokind IN ('f', 'p') AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = c.classoid AND objid = p.oid AND deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'comment on schema', nspname, description)
    FROM own n JOIN pg_description c ON c.objoid = n.oid AND c.classoid = 'pg_namespace'::regclass
UNION ALL SELECT concat_ws(' ', 'comment in', label, it.name, description)
    FROM relation r
    JOIN (SELECT conrelid AS of, conname AS name, 'pg_constraint'::regclass AS class, oid FROM pg_constraint
          UNION ALL SELECT tgrelid, tgname, 'pg_trigger'::regclass, oid FROM pg_trigger
          UNION ALL SELECT polrelid, polname, 'pg_policy'::regclass, oid FROM pg_policy) it ON it.of = r.oid
    JOIN pg_description c ON c.objoid = it.oid AND c.classoid = it.class
UNION ALL SELECT concat_ws(' ', 'policy for', label, polname, (
        SELECT string_agg(coalesce(rolname, 'public'), ',' ORDER BY coalesce(rolname, 'public') COLLATE "C")
        FROM unnest(polroles) it LEFT JOIN pg_roles r ON r.oid = it))
    FROM pg_policy JOIN relation r ON r.oid = polrelid
UNION ALL SELECT concat_ws(' ', 'has', extname, n.nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname <> 'plpgsql'
UNION ALL SELECT concat_ws(' ', 'composite', r.label, attname, row_number() OVER (PARTITION BY attrelid ORDER BY attnum), format_type(atttypid, atttypmod),
        (SELECT collname FROM pg_collation c WHERE c.oid = attcollation AND attcollation <> typcollation))
    FROM pg_attribute JOIN relation r ON r.oid = attrelid JOIN pg_type t ON t.oid = atttypid WHERE relkind = 'c' AND NOT attisdropped
UNION ALL SELECT concat_ws(' ', 'collates', label, attname, (SELECT nspname FROM pg_namespace n WHERE n.oid = collnamespace) || '.' || collname)
    FROM pg_attribute JOIN relation r ON r.oid = attrelid JOIN pg_collation c ON c.oid = attcollation JOIN pg_type t ON t.oid = atttypid
    WHERE relkind IN ('r', 'p') AND NOT attisdropped AND typcollation <> attcollation
UNION ALL SELECT concat_ws(' ', 'unlogged sequence', label) FROM relation WHERE relkind = 'S' AND relpersistence = 'u'
UNION ALL SELECT concat_ws(' ', 'own column', label, attname, attislocal, attinhcount > 0)
    FROM pg_attribute JOIN relation r ON r.oid = attrelid WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND attinhcount > 0
UNION ALL SELECT concat_ws(' ', 'index of', x.label, p.label)
    FROM pg_inherits JOIN relation x ON x.oid = inhrelid JOIN relation p ON p.oid = inhparent
    WHERE x.relkind IN ('i', 'I') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL SELECT concat_ws(' ', 'server', srvname, srvtype, srvversion, fdwname, array_to_string(srvoptions, ' '))
    FROM pg_foreign_server JOIN pg_foreign_data_wrapper w ON w.oid = srvfdw
UNION ALL SELECT concat_ws(' ', 'foreign', label, srvname, array_to_string(ftoptions, ' '))
    FROM pg_foreign_table JOIN relation r ON r.oid = ftrelid JOIN pg_foreign_server s ON s.oid = ftserver
UNION ALL SELECT concat_ws(' ', 'foreign column', place, format_type(atttypid, atttypmod), array_to_string(attfdwoptions, ' '))
    FROM attribute JOIN relation r ON r.oid = attrelid WHERE r.relkind = 'f' AND (attislocal OR relispartition)
UNION ALL SELECT concat_ws(' ', 'foreign comment', place, description)
    FROM attribute JOIN pg_description c ON c.objoid = attrelid AND c.objsubid = attnum AND c.classoid = 'pg_class'::regclass
    WHERE relkind = 'f'
UNION ALL SELECT concat_ws(' ', 'foreign partition', label, pg_get_expr(relpartbound, r.oid)) FROM relation r WHERE relkind = 'f' AND relispartition
UNION ALL SELECT concat_ws(' ', 'option', o.type, o.identity, c.option, v.value)
    FROM exploded e JOIN choice c USING (key), pg_identify_object(e.class, e.oid, 0) o, LATERAL (SELECT CASE c.kind
        WHEN 'name' THEN nullif(e.value, '-') WHEN 'number' THEN nullif(e.value, '0') WHEN 'text' THEN quote_literal(e.value)
        WHEN 'type' THEN (SELECT format_type(t.oid, NULL) FROM pg_type t WHERE t.oid::text = e.value)
        WHEN 'flag' THEN CASE e.value WHEN 'true' THEN '' END WHEN 'unless' THEN CASE e.value WHEN 'false' THEN 'false' END
        WHEN 'modify' THEN CASE e.value WHEN CASE e.kind WHEN 'n' THEN 'r' ELSE 'w' END THEN NULL
                                        WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END
        WHEN 'operator' THEN (SELECT concat('OPERATOR(', n.nspname, '.', p.oprname, ')') FROM pg_operator p
                              JOIN pg_namespace n ON n.oid = p.oprnamespace WHERE p.oid::text = e.value)
        WHEN 'class' THEN (SELECT concat(n.nspname, '.', p.opcname) FROM pg_opclass p
                           JOIN pg_namespace n ON n.oid = p.opcnamespace WHERE p.oid::text = e.value AND NOT opcdefault)
        WHEN 'collation' THEN (SELECT concat(n.nspname, '.', p.collname) FROM pg_collation p
                               JOIN pg_namespace n ON n.oid = p.collnamespace WHERE p.oid::text = e.value AND p.collname <> 'default')
        WHEN 'parallel' THEN CASE e.value WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END
        WHEN 'hypothetical' THEN CASE e.value WHEN 'h' THEN '' END
        WHEN 'provider' THEN CASE e.value WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END END AS value) v
    WHERE v.value IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = e.class AND m.objid = e.oid AND m.deptype IN ('e', 'i'))
UNION ALL SELECT concat_ws(' ', 'member', opfname, nspname, amopstrategy, amoplefttype::regtype, amoprighttype::regtype, amopopr::regoperator)
    FROM pg_amop JOIN pg_opfamily f ON f.oid = amopfamily JOIN pg_namespace n ON n.oid = opfnamespace
    WHERE EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_amop.oid AND d.refobjid >= 16384)
      AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = f.oid AND m.deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'support', opfname, nspname, amprocnum, amproclefttype::regtype, amprocrighttype::regtype, amproc::regprocedure)
    FROM pg_amproc JOIN pg_opfamily f ON f.oid = amprocfamily JOIN pg_namespace n ON n.oid = opfnamespace
    WHERE pg_amproc.oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = f.oid AND m.deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'cast', castsource::regtype, casttarget::regtype, nullif(castfunc, 0)::regprocedure, castcontext, castmethod)
    FROM pg_cast c WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.objid = c.oid AND m.deptype IN ('e', 'i'))
UNION ALL SELECT concat_ws(' ', 'statistics', n.nspname, stxname, r.label, array_length(stxkeys, 1),
                           (SELECT string_agg(it::text, ' ' ORDER BY it) FROM unnest(stxkind) it WHERE it <> 'e'))
    FROM pg_statistic_ext s JOIN own n ON n.oid = stxnamespace JOIN relation r ON r.oid = stxrelid WHERE array_length(stxkeys, 1) > 1
UNION ALL SELECT concat_ws(' ', 'sampled statistics', n.nspname, stxname, to_jsonb(s)->>'stxstattarget')
    FROM pg_statistic_ext s JOIN own n ON n.oid = stxnamespace WHERE (to_jsonb(s)->>'stxstattarget')::int >= 0
UNION ALL SELECT concat_ws(' ', 'rule', label, rulename, is_instead, ev_type, ev_enabled)
    FROM pg_rewrite JOIN relation r ON r.oid = ev_class WHERE ev_type <> '1' AND relkind <> 'f'
UNION ALL SELECT concat_ws(' ', 'dictionary', n.nspname, dictname, tmplname, dictinitoption)
    FROM pg_ts_dict d JOIN own n ON n.oid = dictnamespace JOIN pg_ts_template t ON t.oid = dicttemplate
    WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = d.oid AND m.deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'maps', n.nspname, cfgname, (SELECT alias FROM ts_token_type(cfgparser) WHERE tokid = maptokentype),
                           string_agg(mapdict::regdictionary::text, ' ' ORDER BY mapseqno))
    FROM pg_ts_config c JOIN own n ON n.oid = cfgnamespace JOIN pg_ts_config_map ON mapcfg = c.oid
    WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = c.oid AND m.deptype = 'e')
    GROUP BY n.nspname, cfgname, cfgparser, maptokentype
UNION ALL SELECT concat_ws(' ', 'event', evtname, evtevent, evtfoid::regproc, evtenabled, array_to_string(evttags, ' '))
    FROM pg_event_trigger e WHERE NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid AND m.deptype = 'e')
UNION ALL SELECT concat_ws(' ', 'conversion', n.nspname, conname, pg_encoding_to_char(conforencoding), pg_encoding_to_char(contoencoding), conproc, condefault)
    FROM pg_conversion JOIN own n ON n.oid = connamespace
UNION ALL SELECT concat_ws(' ', 'publishes', pubname, puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, nullif(to_jsonb(p)->>'pubgencols', 'n'))
    FROM pg_publication p
UNION ALL SELECT concat_ws(' ', 'published', pubname, prrelid::regclass, jsonb_array_length(nullif(to_jsonb(l)->'prattrs', 'null')), (to_jsonb(l)->>'prqual') IS NOT NULL)
    FROM pg_publication_rel l JOIN pg_publication p ON p.oid = prpubid
UNION ALL SELECT concat_ws(' ', 'published', o.identity)
    FROM (SELECT DISTINCT classid, objid FROM pg_depend WHERE classid = to_regclass('pg_catalog.pg_publication_namespace')) d,
         pg_identify_object(d.classid, d.objid, 0) o
UNION ALL SELECT concat_ws(' ', 'comment on', o.type, o.identity, description)
    FROM pg_description c, pg_identify_object(c.classoid, c.objoid, 0) o
    WHERE objoid >= 16384 AND objsubid = 0 AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = c.classoid AND m.objid = c.objoid AND m.deptype = 'e')
      AND (o.type IN ('aggregate', 'collation', 'operator', 'operator class', 'operator family', 'cast', 'conversion', 'statistics object',
                      'rule', 'text search dictionary', 'text search configuration', 'event trigger', 'publication', 'server', 'foreign table', 'foreign-data wrapper')
           OR c.classoid = 'pg_type'::regclass AND c.objoid IN (SELECT rngtypid FROM pg_range))
