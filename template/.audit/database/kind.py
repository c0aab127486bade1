# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that asks the catalogue of the database. Each check is a query; what it returns are findings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from database.places import Places
from engine.context import Context
from engine.model import BrokenError, Check, Evidence, Finding, Ran

KIND = "database"
PRELUDE = Path(__file__).with_name("prelude.sql")
TIMEOUT = "30s"
# What a check looks at, and where that is counted.
COUNTED = {
    "tables": "rel",
    "columns": "col",
    "foreign keys": "fk",
    "indexes": "ix",
    "functions": "fn",
    "roles": "me",
    "soft-deleted tables": "soft",
}


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out each query in a transaction that is rolled back, so that the database stays as it was."""
    with context.connect() as connection:
        places = Places(context.root, context.settings.migrations)
        yield from ask(connection, context, checks, places)
        connection.rollback()


def ask(
    connection: psycopg.Connection[Any], context: Context, checks: list[Check], places: Places
) -> Iterator[Finding | Evidence | Ran]:
    """The same within a transaction of the caller, who may have changed the schema in it."""
    prepare(connection, context)
    for check in checks:
        find = str(check.rule.get("find", ""))
        try:
            with connection.transaction():
                rows = connection.execute(find.encode()).fetchall()
                table = COUNTED[str(check.rule.get("of", "tables"))]
                count = connection.execute(f"select count(*) from {table}".encode()).fetchone()
        except (psycopg.Error, KeyError) as error:
            raise BrokenError(
                f"{check.place}: the query of {check.id} does not work: {' '.join(str(error).split())}"
            ) from None
        for name, message in sorted((str(row[0]), str(row[1])) for row in rows):
            yield Finding(check.id, name, message, places.of(name))
        yield Evidence(check.id, f"{count[0] if count else 0} {check.rule.get('of', 'tables')}")
        yield Ran(check.id)


def prepare(connection: psycopg.Connection[Any], context: Context) -> None:
    """Makes what the queries select from; it is gone with the transaction."""
    settings = context.settings
    values = {"schemas": settings.schemas, "books": settings.bookkeeping, "role": settings.database_role}
    for name, value in values.items():
        connection.execute("select set_config(%s, %s, true)", [f"audit.{name}", value])
    connection.execute("select set_config('statement_timeout', %s, true)", [TIMEOUT])
    connection.execute(PRELUDE.read_bytes())
