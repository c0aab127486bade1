# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that tries what the database does with rows, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from database.kind import prepare
from database.places import Places
from database.rows import Row, Table, empty, fill, insert, strip, tables
from engine.context import Context
from engine.model import Check, Evidence, Finding, Ran

KIND = "probe-database"
Connection = psycopg.Connection[Any]
Told = Iterator[tuple[str, str]]


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the checks; the database stays as it was."""
    with context.connect() as connection:
        yield from ask(connection, context, checks, Places(context.root, context.settings.migrations))
        connection.rollback()


def ask(
    connection: Connection, context: Context, checks: list[Check], places: Places
) -> Iterator[Finding | Evidence | Ran]:
    """The same within a transaction of the caller."""
    prepare(connection, context)
    for check in checks:
        probe, counted = PROBES[check.id]
        found, looked = [], 0
        for about, thing in counted(connection):
            looked += 1
            with connection.transaction(force_rollback=True):
                try:
                    found += list(probe(connection, thing))
                except psycopg.Error as error:
                    found.append((about, f"cannot be tried: {' '.join(str(error).split())}"))
        for name, message in found:
            yield Finding(check.id, name, message, places.of(name))
        yield Evidence(check.id, f"{looked} tried")
        yield Ran(check.id)


def kept(connection: Connection) -> list[tuple[str, Table]]:
    """The tables with an updated_at."""
    return [(table.fq, table) for table in tables(connection) if "updated_at" in table.names]


def dated(connection: Connection) -> list[tuple[str, Table]]:
    """The tables with both moments."""
    return [(table.fq, table) for table in tables(connection) if {"created_at", "updated_at"} <= table.names]


def forged(connection: Connection, table: Table) -> Told:
    """Whether a writer can set updated_at, or leave it behind."""
    _row(connection, table)
    connection.execute(sql.SQL("update {} set updated_at = 'epoch'").format(table.sql))
    row = connection.execute(
        sql.SQL("select updated_at > now() - interval '1 minute' from {}").format(table.sql)
    ).fetchone()
    if not row or not row[0]:
        yield table.fq, "a writer can set updated_at to any moment"
        return
    before = _moment(connection, table, "updated_at")
    column = sql.Identifier(_settable(connection, table))
    connection.execute(sql.SQL("update {} set {} = {}").format(table.sql, column, column))
    if _moment(connection, table, "updated_at") <= before:
        yield table.fq, "a change leaves updated_at where it was"


def moved(connection: Connection, table: Table) -> Told:
    """Whether a writer can move created_at."""
    _row(connection, table)
    before = _moment(connection, table, "created_at")
    connection.execute(sql.SQL("update {} set created_at = 'epoch'").format(table.sql))
    if _moment(connection, table, "created_at") != before:
        yield table.fq, "a writer can move created_at"


REFERENCES = """
select k.conname, k.conrelid, k.confrelid, a.attname, b.attname from pg_constraint k
join rel c on c.oid = k.conrelid join soft s on s.oid = k.confrelid
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
where k.contype = 'f' and cardinality(k.conkey) = 1 and k.conrelid <> k.confrelid order by 1"""


def references(connection: Connection) -> list[tuple[str, tuple[Table, Table, str, str, str]]]:
    """The references to tables whose deletes are soft: child, parent, their columns, the name."""
    by_oid = {table.oid: table for table in tables(connection)}
    rows = connection.execute(REFERENCES).fetchall()
    found = [(by_oid[child], by_oid[parent], column, key, name) for name, child, parent, column, key in rows]
    return [(f"{child.fq}.{name}", (child, parent, column, key, name)) for child, parent, column, key, name in found]


def live_parent(connection: Connection, thing: tuple[Table, Table, str, str, str]) -> Told:
    """Whether a new row can refer to a deleted one."""
    child, parent, column, key, name = thing
    value = _parent(connection, parent, key, deleted=True)
    strip(connection, child, keep=(name,))
    if _works(connection, lambda: insert(connection, child, fill(connection, child, {column: value}))):
        yield f"{child.fq}.{name}", f"a new row may refer to a deleted row of {parent.fq}"


def live_children(connection: Connection, thing: tuple[Table, Table, str, str, str]) -> Told:
    """Whether a soft delete leaves rows behind that refer to what is deleted."""
    child, parent, column, key, name = thing
    value = _parent(connection, parent, key, deleted=False)
    strip(connection, child, keep=(name,))
    insert(connection, child, fill(connection, child, {column: value}))
    deleted = sql.SQL("update {} set deleted_at = now() where {} = %s").format(parent.sql, sql.Identifier(key))
    if not _works(connection, lambda: connection.execute(deleted, [value])):
        return
    live = sql.SQL(" and deleted_at is null") if "deleted_at" in child.names else sql.SQL("")
    left = sql.SQL("select count(*) from {} where {} = %s{}").format(child.sql, sql.Identifier(column), live)
    row = connection.execute(left, [value]).fetchone()
    if row and row[0]:
        yield f"{child.fq}.{name}", f"a soft delete of a row of {parent.fq} leaves the rows that refer to it"


def _row(connection: Connection, table: Table) -> None:
    """Leaves one row in a table without constraints."""
    strip(connection, table)
    empty(connection, table)
    insert(connection, table, fill(connection, table, {}))


SETTABLE = """
select attname from col where oid = %s and attgenerated = '' and attidentity = ''
order by attname in ('id', 'created_at', 'updated_at', 'version'), attnum limit 1"""


def _settable(connection: Connection, table: Table) -> str:
    """A column that an update may set, and that nobody else keeps if there is one such."""
    row = connection.execute(SETTABLE, [table.oid]).fetchone()
    assert row is not None
    return str(row[0])


def _parent(connection: Connection, table: Table, key: str, *, deleted: bool) -> object:
    strip(connection, table)
    row: Row = fill(connection, table, {"deleted_at": "now" if deleted else None})
    insert(connection, table, row)
    return row[key]


def _moment(connection: Connection, table: Table, column: str) -> Any:
    row = connection.execute(sql.SQL("select {} from {}").format(sql.Identifier(column), table.sql)).fetchone()
    assert row is not None
    return row[0]


def _works(connection: Connection, do: Callable[[], object]) -> bool:
    try:
        with connection.transaction():
            do()
    except psycopg.errors.IntegrityError:
        return False
    return True


PROBES: dict[str, tuple[Callable[[Connection, Any], Told], Callable[[Connection], list[tuple[str, Any]]]]] = {
    "D5.forged": (forged, kept),
    "D5.created-moves": (moved, dated),
    "D7.live-parent": (live_parent, references),
    "D7.live-children": (live_children, references),
}
