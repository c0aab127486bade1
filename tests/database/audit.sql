-- The catalogue rules of the audit, in one read-only statement: rule, item of the checklist, level, object, detail.
-- Variables as psql writes them: schemas and books (regular expressions), app_role.
WITH
rel AS (  -- every ordinary or partitioned table in scope, partitions themselves left out, extension tables left out
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.relowner, format('%I.%I', n.nspname, c.relname) AS fq,
         coalesce(obj_description(c.oid,'pg_class'),'') AS note
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r','p') AND NOT c.relispartition
    AND n.nspname !~ '^(pg_|information_schema)' AND n.nspname ~ :'schemas' AND c.relname !~ :'books'
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid='pg_class'::regclass AND d.objid=c.oid AND d.deptype='e')),
col AS (
  SELECT r.oid, r.fq, r.relname, a.attnum, a.attname, a.atttypid, a.attnotnull, format_type(a.atttypid,a.atttypmod) AS typ,
         t.typcategory, a.atttypmod, coalesce(col_description(r.oid,a.attnum),'') AS note,
         pg_get_expr(ad.adbin, ad.adrelid) AS dflt, a.attidentity, a.attgenerated
  FROM rel r JOIN pg_attribute a ON a.attrelid=r.oid AND a.attnum>0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid=a.atttypid LEFT JOIN pg_attrdef ad ON ad.adrelid=r.oid AND ad.adnum=a.attnum),
fk AS (
  SELECT k.oid AS koid, k.conname, r.oid, r.fq, r.relname, k.conkey, k.confkey, k.confrelid, k.confdeltype, k.condeferrable, k.convalidated, k.conparentid,
         p.fq AS pfq, p.relname AS prel
  FROM pg_constraint k JOIN rel r ON r.oid=k.conrelid LEFT JOIN rel p ON p.oid=k.confrelid WHERE k.contype='f'),
pk AS (SELECT k.conrelid AS oid, k.conkey FROM pg_constraint k JOIN rel r ON r.oid=k.conrelid WHERE k.contype='p'),
ix AS (
  SELECT i.indexrelid, i.indrelid AS oid, i.indisunique, i.indisvalid, i.indisprimary, i.indpred IS NOT NULL AS partial,
         pg_get_expr(i.indpred,i.indrelid) AS pred, i.indexprs IS NOT NULL AS expr, am.amname,
         (i.indkey::int2[])[0:i.indnkeyatts-1] AS keys, pg_get_indexdef(i.indexrelid) AS def, i.indclass::text AS cls, i.indoption::text AS opt
  FROM pg_index i JOIN rel r ON r.oid=i.indrelid JOIN pg_class ic ON ic.oid=i.indexrelid JOIN pg_am am ON am.oid=ic.relam),
names AS (SELECT oid, array_agg(attname::text) AS cols FROM col GROUP BY oid),
soft AS (SELECT DISTINCT oid FROM col WHERE attname='deleted_at'),
link AS ( -- association tables: whole pk made of fk columns
  SELECT pk.oid FROM pk WHERE NOT EXISTS (SELECT 1 FROM unnest(pk.conkey) u WHERE NOT EXISTS (SELECT 1 FROM fk WHERE fk.oid=pk.oid AND u=ANY(fk.conkey)))),
f(rule,item,level,object,detail) AS (
-- D2 primary keys
  SELECT 'pk-missing','D2','error', fq, 'table has no primary key' FROM rel r WHERE NOT EXISTS (SELECT 1 FROM pk WHERE pk.oid=r.oid)
  UNION ALL
  SELECT 'pk-not-uuid','D2', CASE WHEN c.typ IN ('smallint','integer') THEN 'error' ELSE 'warning' END, c.fq||'.'||c.attname, 'primary key column is '||c.typ
    FROM pk JOIN col c ON c.oid=pk.oid AND c.attnum=ANY(pk.conkey)
    WHERE c.typ<>'uuid' AND NOT EXISTS (SELECT 1 FROM fk WHERE fk.oid=c.oid AND c.attnum=ANY(fk.conkey)) AND c.note !~ '@key '
      AND NOT EXISTS (SELECT 1 FROM pg_partitioned_table pt WHERE pt.partrelid=c.oid AND c.attnum = ANY(pt.partattrs::int2[]))
  UNION ALL
  SELECT 'pk-serial','D2','error', c.fq||'.'||c.attname, 'serial default '||c.dflt FROM col c WHERE c.dflt ~ '^nextval'
-- D3 foreign keys
  UNION ALL
  SELECT 'fk-no-action','D3','error', fq||'.'||conname, 'ON DELETE left at NO ACTION; say RESTRICT, CASCADE or SET NULL' FROM fk WHERE confdeltype='a' AND NOT condeferrable AND conparentid=0
  UNION ALL
  SELECT 'fk-setnull-notnull','D3','error', fk.fq||'.'||conname, 'ON DELETE SET NULL over NOT NULL column '||c.attname
    FROM fk JOIN col c ON c.oid=fk.oid AND c.attnum=ANY(fk.conkey) WHERE confdeltype='n' AND c.attnotnull
  UNION ALL
  SELECT 'fk-not-valid','D3','error', fq||'.'||conname, 'constraint is NOT VALID' FROM fk WHERE NOT convalidated
  UNION ALL
  SELECT 'fk-type-mismatch','D3','error', fk.fq||'.'||conname, c.typ||' refers to '||format_type(pa.atttypid,pa.atttypmod)
    FROM fk CROSS JOIN LATERAL unnest(fk.conkey, fk.confkey) AS u(k,p) JOIN col c ON c.oid=fk.oid AND c.attnum=u.k
    JOIN pg_attribute pa ON pa.attrelid=fk.confrelid AND pa.attnum=u.p WHERE pa.atttypid<>c.atttypid
  UNION ALL
  SELECT 'fk-missing','D3','error', c.fq||'.'||c.attname, 'looks like a reference ('||c.typ||') and has no foreign key'
    FROM col c WHERE c.attname ~ '_id$' AND c.typ IN ('uuid','integer','bigint') AND c.note !~ '@external'
      AND NOT EXISTS (SELECT 1 FROM fk WHERE fk.oid=c.oid AND c.attnum=ANY(fk.conkey))
  UNION ALL
  SELECT 'fk-cascade-into-soft','D7','error', fk.fq||'.'||conname, 'ON DELETE CASCADE into a soft-deleted table erases rows that were to be kept'
    FROM fk WHERE confdeltype='c' AND EXISTS (SELECT 1 FROM soft s WHERE s.oid=fk.oid)
-- D4 indexes
  UNION ALL
  SELECT 'fk-no-index','D4','error', fk.fq||'.'||conname, 'no full, valid index starts with these columns' ||
       CASE WHEN EXISTS (SELECT 1 FROM ix WHERE ix.oid=fk.oid AND ix.partial AND ix.keys[1:cardinality(fk.conkey)] <@ fk.conkey) THEN ' (a partial one does not serve it)' ELSE '' END
    FROM fk WHERE NOT EXISTS (SELECT 1 FROM ix WHERE ix.oid=fk.oid AND ix.indisvalid AND NOT ix.partial AND ix.amname IN ('btree','hash')
        AND cardinality(ix.keys)>=cardinality(fk.conkey)
        AND ix.keys[1:cardinality(fk.conkey)] @> fk.conkey AND ix.keys[1:cardinality(fk.conkey)] <@ fk.conkey)
  UNION ALL
  SELECT 'index-invalid','D4','error', indexrelid::regclass::text, 'left invalid by a failed concurrent build' FROM ix WHERE NOT indisvalid
  UNION ALL
  SELECT 'index-duplicate','D4','warning', a.indexrelid::regclass::text, 'same as or prefix of '||b.indexrelid::regclass
    FROM ix a JOIN ix b ON a.oid=b.oid AND a.indexrelid<>b.indexrelid AND NOT a.expr AND NOT b.expr AND a.amname=b.amname AND a.pred IS NOT DISTINCT FROM b.pred
     AND NOT a.indisunique AND a.keys=b.keys[1:cardinality(a.keys)]
     AND (cardinality(a.keys)<cardinality(b.keys) OR b.indisunique OR a.indexrelid>b.indexrelid)
-- D5 timestamps
  UNION ALL
  SELECT 'ts-missing','D5','error', r.fq, 'missing '||w.c FROM rel r JOIN names n ON n.oid=r.oid CROSS JOIN (VALUES ('created_at'),('updated_at')) w(c)
    WHERE NOT w.c = ANY(n.cols) AND NOT (w.c='updated_at' AND r.note ~ '@delete append-only')
  UNION ALL
  SELECT 'ts-shape','D5','error', fq||'.'||attname, format('%s%s%s', CASE WHEN typ<>'timestamp with time zone' THEN 'type '||typ||'; ' END, CASE WHEN NOT attnotnull THEN 'nullable; ' END, CASE WHEN dflt IS NULL THEN 'no default' END)
    FROM col WHERE attname IN ('created_at','updated_at') AND (typ<>'timestamp with time zone' OR NOT attnotnull OR dflt IS NULL)
  UNION ALL
  SELECT 'ts-no-trigger','D5','error', c.fq, 'updated_at is not kept by a BEFORE UPDATE row trigger'
    FROM col c WHERE c.attname='updated_at' AND NOT EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid=t.tgfoid WHERE t.tgrelid=c.oid AND NOT t.tgisinternal
        AND t.tgenabled<>'D' AND t.tgtype & 1 = 1 AND t.tgtype & 2 = 2 AND t.tgtype & 16 = 16 AND p.prosrc ~* 'updated_at')
  UNION ALL
  SELECT 'ts-no-zone','D5','error', fq||'.'||attname, typ FROM col WHERE typ ~ '^timestamp.*without time zone' AND attname NOT IN ('created_at','updated_at')
-- D7 soft delete
  UNION ALL
  SELECT 'delete-undeclared','D7','error', fq, 'say @delete soft, hard or append-only in the table comment' FROM rel WHERE note !~ '@delete (soft|hard|append-only)'
  UNION ALL
  SELECT 'delete-mismatch','D7','error', r.fq, 'declared '||coalesce(substring(r.note from '@delete ([a-z-]+)'),'?')||CASE WHEN s.oid IS NULL THEN ', no deleted_at' ELSE ', yet has deleted_at' END
    FROM rel r LEFT JOIN soft s ON s.oid=r.oid WHERE (r.note ~ '@delete soft') <> (s.oid IS NOT NULL) AND r.note ~ '@delete '
  UNION ALL
  SELECT 'soft-unique','D7','error', ix.indexrelid::regclass::text, 'unique over live and deleted rows alike; add WHERE deleted_at IS NULL'
    FROM ix JOIN soft s ON s.oid=ix.oid WHERE ix.indisunique AND NOT ix.indisprimary AND coalesce(ix.pred,'') !~ 'deleted_at IS NULL'
      AND NOT EXISTS (SELECT 1 FROM fk f2 WHERE f2.confrelid=ix.oid AND f2.confkey @> ix.keys AND f2.confkey <@ ix.keys)
  UNION ALL
  SELECT 'soft-flag','D7','warning', fq||'.'||attname, 'boolean marker; a timestamptz deleted_at says when as well' FROM col WHERE attname ~ '^(is_)?deleted$' AND typ='boolean'
-- D1 normal forms: structure
  UNION ALL
  SELECT 'nf1-group','D1','error', fq, 'repeating columns '||string_agg(attname, ', ' ORDER BY attnum) FROM
     (SELECT fq, attname, attnum, regexp_replace(attname,'_?[0-9]+$','') AS stem, typ FROM col WHERE attname ~ '[a-z]_?[0-9]+$' AND note !~ '@denormalised') g GROUP BY fq, stem, typ HAVING count(*)>1
  UNION ALL
  SELECT 'nf1-multivalue','D1','error', fq||'.'||attname, typ||' without a @denormalised reason' FROM col WHERE (typcategory='A' OR typ IN ('json','jsonb','hstore','xml')) AND note !~ '@denormalised \S+'
  UNION ALL
  SELECT 'nf-eav','D1','error', r.fq, 'entity-attribute-value shape' FROM rel r JOIN names n ON n.oid=r.oid
     WHERE n.cols && ARRAY['attribute','attr','key','name','property','field'] AND 'value'=ANY(n.cols)
       AND EXISTS (SELECT 1 FROM unnest(n.cols) x WHERE x ~ '_id$') AND cardinality(ARRAY(SELECT x FROM unnest(n.cols) x WHERE x NOT IN ('id','created_at','updated_at','deleted_at')))<=4 AND r.note !~ '@denormalised'
  UNION ALL
  SELECT 'nf-polymorphic','D3','error', a.fq, a.attname||' + '||b.attname||' cannot carry a foreign key' FROM col a JOIN col b ON a.oid=b.oid AND b.attname=regexp_replace(a.attname,'_type$','_id') WHERE a.attname ~ '_type$' AND a.note !~ '@denormalised'
  UNION ALL
  SELECT 'nf3-copied','D1', CASE WHEN c.attname=pc.attname THEN 'warning' ELSE 'error' END, c.fq||'.'||c.attname, 'repeats '||fk.pfq||'.'||pc.attname||', reached through '||fk.conname
     FROM fk JOIN col c ON c.oid=fk.oid JOIN col pc ON pc.oid=fk.confrelid AND pc.typcategory=c.typcategory
     WHERE NOT c.attnum=ANY(fk.conkey) AND fk.oid<>fk.confrelid AND pc.attname NOT IN ('id','created_at','updated_at','deleted_at','version','status','state','tenant_id') AND c.note !~ '@denormalised'
       AND (c.attname=pc.attname OR EXISTS (SELECT 1 FROM unnest(fk.conkey) k JOIN col kc ON kc.oid=fk.oid AND kc.attnum=k WHERE c.attname = regexp_replace(kc.attname,'_id$','')||'_'||pc.attname))
       AND NOT EXISTS (SELECT 1 FROM fk f2 WHERE f2.oid=c.oid AND c.attnum=ANY(f2.conkey))
-- types and names
  UNION ALL
  SELECT 'type-money','D1','error', fq||'.'||attname, typ||' for an amount' FROM col WHERE (typ IN ('real','double precision') AND attname ~* '(^|_)(price|amount|balance|total|cost|fee|tax|subtotal|discount|salary|refund)(_|$)') OR typ='money'
  UNION ALL
  SELECT 'type-varchar','DB','warning', fq||'.'||attname, typ||': prefer text with a named CHECK' FROM col WHERE typ ~ '^character'
  UNION ALL
  SELECT 'name-case','A1','error', fq||CASE WHEN attname IS NULL THEN '' ELSE '.'||attname END, 'not lower snake_case' FROM (SELECT fq, NULL::name attname, relname AS n FROM rel UNION ALL SELECT fq, attname, attname FROM col) z WHERE n !~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$'
  UNION ALL
  SELECT 'name-plural','A1','warning', fq, 'singular in a schema whose tables are plural' FROM rel WHERE relname !~ '(s|data|people|children|media|outbox|info)$' AND (SELECT count(*) FILTER (WHERE relname ~ 's$')::numeric/greatest(count(*),1) FROM rel) > 0.5
-- data protection and least privilege
  UNION ALL
  SELECT 'pii-unclassified','SEC','error', fq||'.'||attname, 'looks personal; classify with @data personal|sensitive|public' FROM col WHERE attname ~* '(^|_)(email|phone[0-9]*|mobile|ssn|passport|iban|birth|dob|first_name|last_name|full_name|street|address|ip|lat|lng|gender)(_|$)' AND note !~ '@data '
  UNION ALL
  SELECT 'password-plain','SEC','error', fq||'.'||attname, 'name says plain secret; store a hash in *_hash' FROM col WHERE attname ~* '(^|_)(password|passwd|pwd|secret|api_?key|token)$' AND typ ~ '^(text|char)'
  UNION ALL
  SELECT 'grant-public','SEC','error', r.fq, 'PUBLIC holds '||string_agg(x.privilege_type, ',') FROM rel r JOIN pg_class c ON c.oid=r.oid CROSS JOIN LATERAL aclexplode(c.relacl) x WHERE x.grantee=0 GROUP BY r.fq
  UNION ALL
  SELECT 'role-owner','SEC','error', r.fq, 'run-time role '||:'app_role'||' owns it' FROM rel r JOIN pg_roles o ON o.oid=r.relowner WHERE o.rolname = :'app_role'
  UNION ALL
  SELECT 'role-power','SEC','error', rolname, concat_ws(', ', CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolcreaterole THEN 'createrole' END, CASE WHEN rolbypassrls THEN 'bypassrls' END, CASE WHEN rolreplication THEN 'replication' END)
     FROM pg_roles WHERE rolname=:'app_role' AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication)
  UNION ALL
  SELECT 'role-ddl','SEC','error', n.nspname, 'run-time role may create objects here' FROM pg_namespace n JOIN pg_roles ro ON ro.rolname=:'app_role' WHERE n.nspname !~ '^(pg_|information_schema)' AND has_schema_privilege(ro.oid, n.oid, 'CREATE')
  UNION ALL
  SELECT 'definer-path','SEC','error', p.oid::regprocedure::text, 'SECURITY DEFINER without a fixed search_path' FROM pg_proc p JOIN pg_namespace n ON n.oid=p.pronamespace WHERE p.prosecdef AND n.nspname ~ :'schemas' AND n.nspname !~ '^(pg_|information_schema)' AND NOT coalesce(array_to_string(p.proconfig,',') ~ 'search_path',false)
)
SELECT rule,item,level,object,detail FROM f ORDER BY item COLLATE "C", rule COLLATE "C", object COLLATE "C", detail COLLATE "C"
