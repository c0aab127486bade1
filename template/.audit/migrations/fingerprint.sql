-- Kept by the platform: docs/ownership.md says what that means.
-- All that migrations can change, one line a thing, in the words of the server. audit.schemas and audit.books as in database/prelude.sql.
with scope as (
    select oid, nspname from pg_namespace where nspname ~ current_setting('audit.schemas') and nspname !~ '^(pg_|information_schema)'
), rel as (
    select c.*, s.nspname from pg_class c join scope s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relname !~ current_setting('audit.books')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('e', 'i') and c.relkind = 'S')
)
select format('schema %s: %s', nspname, (select array_to_string(array(select x::text from unnest(n.nspacl) x order by 1), ' ') from pg_namespace n where n.oid = scope.oid)) from scope
union all select format('%s %s: owner %s, rls %s %s, grants %s', relkind, relname, relowner::regrole, relrowsecurity, relforcerowsecurity,
    array_to_string(array(select x::text from unnest(relacl) x order by 1), ' ')) from rel
union all select format('column %s.%s: %s %s %s %s %s %s', r.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then 'not null' end, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attacl)
  from rel r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
union all select format('constraint %s of %s: %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid)) from pg_constraint k join rel r on r.oid = k.conrelid
union all select format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i join rel r on r.oid = i.indrelid
union all select format('trigger %s %s', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t join rel r on r.oid = t.tgrelid where not t.tgisinternal
union all select format('view %s: %s', relname, pg_get_viewdef(oid)) from rel where relkind in ('v', 'm')
union all select format('policy %s of %s: %s', p.polname, p.polrelid::regclass, pg_get_expr(p.polqual, p.polrelid)) from pg_policy p join rel r on r.oid = p.polrelid
union all select format('function %s: %s', pg_get_functiondef(p.oid), array_to_string(array(select x::text from unnest(p.proacl) x order by 1), ' '))
  from pg_proc p join scope s on s.oid = p.pronamespace where p.prokind in ('f', 'p')
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
union all select format('type %s: %s', t.typname, (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
  from pg_type t join scope s on s.oid = t.typnamespace where t.typtype in ('e', 'd')
union all select format('extension %s', extname) from pg_extension
union all select format('comment on %s %s: %s', d.objoid::regclass, d.objsubid, d.description) from pg_description d join rel r on r.oid = d.objoid where d.classoid = 'pg_class'::regclass
order by 1
