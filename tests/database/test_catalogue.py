"""A fresh database has nothing that the audit of a service would find, by the audit's own checks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine import catalogue
from engine.context import Context
from engine.selftest import schema_findings
from engine.settings import Settings
from psycopg import Connection

from tests import migrations
from tests.database.conftest import Database
from tests.kill.catalogue import UNUSUAL

KNOWN = catalogue.load(Path())
CHECKS = {
    kind: [check for check in KNOWN.checks.values() if check.kind == kind] for kind in ("database", "probe-database")
}
CONTEXT = Context(Path(), Settings(hooks={}, database_role="billing_service"))


@contextmanager
def audited(database: Database) -> Iterator[Connection]:
    """A connection as the audit has it: it may see everything, and nothing that it does stays."""
    with database.server.connect(database.name, autocommit=False) as connection:
        yield connection
        connection.rollback()


def findings(connection: Connection) -> list[tuple[str, str, str]]:
    """What the audit has against the schema as it is in this transaction."""
    return [(found.check, found.object, found.message) for found in schema_findings(connection, CONTEXT, CHECKS)]


def test_no_findings(populated: tuple[str, Database]) -> None:
    """Keys, foreign keys, indexes, timestamps, soft deletes, normal forms, names and privileges are all in order."""
    with audited(populated[1]) as connection:
        assert findings(connection) == []


@pytest.mark.parametrize("name", ["billing", "soft_delete"])
def test_rows_that_are_there_change_nothing(database: Database, name: str) -> None:
    """A database that is in use is audited as a new one is: rows that refer to each other stand in no way."""
    database.apply(migrations.build(migrations.zoo(name)))
    database.owner.execute(migrations.seeds(migrations.zoo(name)).encode())
    with audited(database) as connection:
        assert findings(connection) == []


@pytest.mark.parametrize("statements", UNUSUAL, ids=lambda file: file.stem)
def test_what_is_right_and_rare_is_not_found(database: Database, statements: Path) -> None:
    """Partitions, natural keys, deferred constraints, policies: who knows PostgreSQL well is not told off."""
    with audited(database) as connection:
        text = statements.read_text(encoding="utf-8")
        if missing := set(re.findall(r"create extension if not exists (\w+)", text)) - extensions(connection):
            pytest.skip(f"PostgreSQL {database.server.version} is here without {', '.join(missing)}")
        connection.execute(text.encode())
        assert findings(connection) == []


def extensions(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("select name from pg_available_extensions")}


def test_rules_find(database: Database) -> None:
    """The rules are at work: a table without anything breaks many of them. `make kill-score` tries each."""
    with audited(database) as connection:
        connection.execute("create table thing (id int, customer_id uuid, data json, email text)")
        found = {check for check, _, _ in findings(connection)}
        assert {"D1.many-values", "D2.none", "D3.missing", "D5.missing", "D7.undeclared", "SEC.personal"} <= found
