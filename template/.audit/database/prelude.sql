-- Kept by the platform: docs/ownership.md says what that means.
-- What the checks of checks/database.yml select from. Settings: audit.schemas and audit.books, patterns of the schemas that
-- are looked at and of the tables in which tools keep their books; audit.role, as which the service connects.

-- Ordinary and partitioned tables, without partitions and without what extensions bring.
create temp table rel on commit drop as
select c.oid, n.nspname, c.relname, c.relkind, c.relowner, c.relacl, format('%s.%s', n.nspname, c.relname) as fq,
       coalesce(obj_description(c.oid, 'pg_class'), '') as note
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition
  and n.nspname !~ '^(pg_|information_schema)' and n.nspname ~ current_setting('audit.schemas')
  and c.relname !~ current_setting('audit.books')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

create temp table col on commit drop as
select r.oid, r.fq, r.relname, r.note as table_note, a.attnum, a.attname, a.atttypid, a.attnotnull,
       format_type(a.atttypid, a.atttypmod) as typ, t.typcategory, a.atttypmod, coalesce(col_description(r.oid, a.attnum), '') as note,
       pg_get_expr(ad.adbin, ad.adrelid) as dflt, a.attidentity, a.attgenerated
from rel r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid left join pg_attrdef ad on ad.adrelid = r.oid and ad.adnum = a.attnum;

create temp table fk on commit drop as
select k.oid as koid, k.conname, r.oid, r.fq, r.relname, k.conkey, k.confkey, k.confrelid, k.confdeltype, k.condeferrable,
       k.convalidated, k.conparentid, p.fq as pfq, p.relname as prel, coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) as enforced
from pg_constraint k join rel r on r.oid = k.conrelid left join rel p on p.oid = k.confrelid where k.contype = 'f';

create temp table pk on commit drop as
select k.conrelid as oid, k.conkey from pg_constraint k join rel r on r.oid = k.conrelid where k.contype = 'p';

create temp table ix on commit drop as
select i.indexrelid, ic.relname as name, i.indrelid as oid, r.fq, i.indisunique, i.indisvalid, i.indisprimary,
       i.indpred is not null as partial, pg_get_expr(i.indpred, i.indrelid) as pred, i.indexprs is not null as expr, am.amname,
       (i.indkey::int2[])[0:i.indnkeyatts - 1] as keys, i.indclass::text as cls, i.indoption::text as opt
from pg_index i join rel r on r.oid = i.indrelid join pg_class ic on ic.oid = i.indexrelid join pg_am am on am.oid = ic.relam;

create temp table names on commit drop as
select oid, array_agg(attname::text) as cols from col group by oid;

create temp table soft on commit drop as
select distinct oid from col where attname = 'deleted_at';

create temp table fn on commit drop as
select p.oid, p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, p.proacl, p.prosrc, l.lanname, l.lanpltrusted
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
where n.nspname ~ current_setting('audit.schemas') and n.nspname !~ '^(pg_|information_schema)'
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

-- Row triggers before an update, and what they do.
create temp table touch on commit drop as
select t.tgrelid as oid, t.tgname, p.prosrc, t.tgenabled, t.tgattr::text as only_columns, t.tgqual is not null as conditional
from pg_trigger t join pg_proc p on p.oid = t.tgfoid
where not t.tgisinternal and t.tgtype & 1 = 1 and t.tgtype & 2 = 2 and t.tgtype & 16 = 16;

-- The role as which the service connects; no row if the audit was not told.
create temp table me on commit drop as
select r.* from pg_roles r where r.rolname = current_setting('audit.role');
