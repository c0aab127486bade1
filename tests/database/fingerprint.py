"""What a database is made of, as sorted lines that can be compared."""

from __future__ import annotations

from psycopg import Connection

LINES = """
with relation as (
    select c.oid, c.relname, coalesce(c.relacl, acldefault('r', c.relowner)) as relacl
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
)
select format('table %s %s %s', relname, obj_description(oid, 'pg_class'), relacl) from relation
union all
select format('column %s.%s %s null:%s default:%s %s',
    relname, attname, format_type(atttypid, atttypmod), not attnotnull,
    pg_get_expr(adbin, adrelid), col_description(relation.oid, attnum))
from relation
join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
left join pg_attrdef on adrelid = attrelid and adnum = attnum
union all
select format('constraint %s %s %s', relname, conname, pg_get_constraintdef(k.oid))
from relation join pg_constraint k on conrelid = relation.oid where contype <> 'n'
union all
select format('index %s valid:%s', pg_get_indexdef(indexrelid), indisvalid)
from relation join pg_index on indrelid = oid
union all
select format('trigger %s', pg_get_triggerdef(t.oid)) from relation join pg_trigger t on tgrelid = relation.oid
where not tgisinternal
union all
select format('function %s %s', pg_get_functiondef(oid), coalesce(proacl, acldefault('f', proowner)))
from pg_proc where pronamespace = 'public'::regnamespace
union all
select format('type %s', typname)
from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd', 'r')
union all
select format('sequence %s', relname)
from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'
"""


def fingerprint(connection: Connection) -> list[str]:
    """Tables, columns, constraints, indexes, triggers, functions, comments and privileges; not the order of columns."""
    return sorted(line for (line,) in connection.execute(LINES))
