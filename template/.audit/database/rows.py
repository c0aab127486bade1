# Kept by the platform: docs/ownership.md says what that means.
"""Makes a row of any table: its constraints are dropped first, in a transaction of the caller that never commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]
Row = dict[str, Any]
COLUMNS = """
select attname, typ, typcategory, attnotnull, dflt is not null or attidentity <> '' or attgenerated <> '',
       (select e.enumlabel from pg_enum e where e.enumtypid = atttypid order by e.enumsortorder limit 1)
from col where oid = %s order by attnum"""
# A value for each category of types that PostgreSQL knows.
VALUES = {
    "N": "1",
    "S": "a",
    "D": "2026-01-01 00:00:00+00",
    "B": "true",
    "A": "{}",
    "T": "1 hour",
    "I": "127.0.0.1",
    "R": "empty",
}
NAMED = {"uuid": "019bc0fd-89c1-77ec-bd2e-9ee4f73469ff", "json": "{}", "jsonb": "{}", "bytea": "\\x00", "xml": "<a/>"}


@dataclass(frozen=True)
class Table:
    """A table by its names."""

    oid: int
    schema: str
    name: str
    names: frozenset[str]

    @property
    def fq(self) -> str:
        """Its name as findings have it."""
        return f"{self.schema}.{self.name}"

    @property
    def sql(self) -> sql.Identifier:
        """Its name as statements have it."""
        return sql.Identifier(self.schema, self.name)


def tables(connection: Connection) -> list[Table]:
    """All tables in scope. What prepare() makes must be there."""
    rows = connection.execute(
        "select oid, nspname, relname, (select cols from names n where n.oid = rel.oid) from rel order by 3"
    )
    return [Table(oid, schema, name, frozenset(columns or [])) for oid, schema, name, columns in rows.fetchall()]


def strip(connection: Connection, table: Table, keep: tuple[str, ...] = ()) -> None:
    """Drops the constraints of a table that a made-up row could break: foreign keys, checks, exclusions."""
    rows = connection.execute(
        "select conname from pg_constraint where conrelid = %s and contype in ('f', 'c', 'x') and conparentid = 0",
        [table.oid],
    ).fetchall()
    for (name,) in rows:
        if name not in keep:
            connection.execute(sql.SQL("alter table {} drop constraint {}").format(table.sql, sql.Identifier(name)))


REFERRING = """
select n.nspname, c.relname, k.conname from pg_constraint k
join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.confrelid = %s and k.contype = 'f' and k.conparentid = 0"""


def empty(connection: Connection, table: Table) -> None:
    """Deletes all rows of a table; the foreign keys of those that refer to them are dropped first."""
    for schema, referring, name in connection.execute(REFERRING, [table.oid]).fetchall():
        place = sql.Identifier(schema, referring)
        connection.execute(sql.SQL("alter table {} drop constraint {}").format(place, sql.Identifier(name)))
    connection.execute(sql.SQL("delete from {}").format(table.sql))


def fill(connection: Connection, table: Table, given: Row) -> Row:
    """Returns a value for each column that needs one; what is given stands."""
    row: Row = {}
    for name, typ, category, required, made, label in connection.execute(COLUMNS, [table.oid]).fetchall():
        if name in given:
            row[name] = given[name]
        elif required and not made:
            row[name] = label or NAMED.get(typ) or VALUES.get(category, "1")
    return row


def insert(connection: Connection, table: Table, row: Row) -> None:
    """Inserts the row; the server reads each value as the type of its column."""
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    values = sql.SQL(", ").join(map(sql.Literal, row.values()))
    connection.execute(sql.SQL("insert into {} ({}) values ({})").format(table.sql, columns, values))
