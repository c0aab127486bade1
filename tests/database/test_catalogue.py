"""A fresh database has nothing that the audit would find."""

from __future__ import annotations

from pathlib import Path

from psycopg import Connection

from tests.database.conftest import Database

RULES = Path(__file__).with_name("audit.sql")
VARIABLES = {":'schemas'": "'.*'", ":'books'": "'^schema_migrations$'", ":'app_role'": "'billing_service'"}

# A name that is its own plural, and does not end as plurals do.
KNOWN = {("name-plural", "public.equipment")}


def findings(connection: Connection) -> list[tuple[str, str, str]]:
    statement = RULES.read_text(encoding="utf-8")
    for variable, value in VARIABLES.items():
        statement = statement.replace(variable, value)
    with connection.transaction():
        found = connection.execute(statement.encode()).fetchall()
    return [(rule, thing, detail) for rule, _, _, thing, detail in found]


def test_no_findings(populated: tuple[str, Database]) -> None:
    """Keys, foreign keys, indexes, timestamps, soft deletes, normal forms, names and privileges are all in order."""
    _, database = populated
    assert [finding for finding in findings(database.owner) if finding[:2] not in KNOWN] == []


def test_rules_find(database: Database) -> None:
    """The rules are at work: a table without anything breaks many of them."""
    database.owner.execute("create table thing (id int, customer_id uuid, data json, email text)")
    assert {"pk-missing", "fk-missing", "ts-missing", "nf1-multivalue", "pii-unclassified", "delete-undeclared"} <= {
        rule for rule, _, _ in findings(database.owner)
    }
