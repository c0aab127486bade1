# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that proves, without rows, that queries are served by indexes however many rows there will be.

Scans of whole tables and sorts are priced out and the plan is generic: one of them is left only where no index serves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from database.lists import sent
from engine.context import Context
from engine.model import Check, Evidence, Finding, Ran

KIND = "plan"
Connection = psycopg.Connection[Any]
SETTINGS = """set local enable_seqscan = off; set local enable_sort = off; set local enable_incremental_sort = off;
set local plan_cache_mode = force_generic_plan"""
WORDS = re.compile(r"^\s*(--[^\n]*\n\s*)*(select|update|delete|insert|with)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """A statement of the service, and where it comes from."""

    name: str
    sql: str
    place: str


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Plans the statements of the hook `queries`, and those that the lists of the contract send."""
    wanted = {check.id for check in checks}
    written = [Query(**query) for query in context.hooks.listed("queries", "name", "sql", "place")]
    books = re.compile(f"{context.settings.bookkeeping}|^pg_")
    with context.connect() as connection:
        yield from judge(connection, written, "D4.queries", books)
        yield Evidence("P2.queries", f"{len(written)} statements")
        yield Ran("P2.queries")
        if "D4.sent" in wanted:
            with Context(context.root, context.settings, context.say) as apart:  # its rows are in nobody's way
                seen = [Query(name, text, name) for name, text in sent(apart)]
            yield from judge(connection, seen, "D4.sent", books)
        connection.rollback()


def judge(
    connection: Connection, queries: list[Query], check: str, books: re.Pattern[str]
) -> Iterator[Finding | Evidence | Ran]:
    """Plans each statement; one that cannot even be prepared is a finding of its own."""
    planned = 0
    for query in queries:
        if not WORDS.match(query.sql):
            continue
        planned += 1
        try:
            for wrong in plan(connection, query.sql, books):
                yield Finding(check, query.name, wrong, query.place)
        except psycopg.Error as error:
            yield Finding("P2.queries", query.name, " ".join(str(error).split()), query.place)
    yield Evidence(check, f"{planned} statements planned")
    yield Ran(check)


def plan(connection: Connection, statement: str, books: re.Pattern[str]) -> list[str]:
    """Returns what is wrong with the plan of a statement.

    Without rows the planner may like another index as much, and filter what it reads there: then that index is
    taken away, in a transaction that is rolled back, and it has to plan again.
    """
    with connection.transaction(force_rollback=True):
        connection.execute(SETTINGS.encode())
        connection.execute(f"prepare audited as {statement.rstrip().rstrip(';')}".encode())
        try:
            return _planned(connection, books)
        finally:
            connection.execute("deallocate audited")


def _planned(connection: Connection, books: re.Pattern[str]) -> list[str]:
    row = connection.execute(
        "select cardinality(parameter_types) from pg_prepared_statements where name = 'audited'"
    ).fetchone()
    nulls = ", ".join(["null"] * (row[0] if row else 0))
    ask = f"explain (format json) execute audited{f'({nulls})' if nulls else ''}"
    while True:
        told = connection.execute(ask.encode()).fetchone()
        assert told is not None
        root = told[0][0]["Plan"]
        wrong = mistakes(root, books)
        index = walked(root) if wrong else ""
        if not index:
            return wrong
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(index)))


def mistakes(step: dict[str, Any], books: re.Pattern[str]) -> list[str]:
    """What of a plan takes longer with every row; tables in which tools keep their books stay small."""
    kind, relation = step["Node Type"], step.get("Relation Name", "")
    found = []
    if relation and books.search(relation):
        pass
    elif kind == "Seq Scan":
        found.append(f"reads all of {relation}")
    elif "Sort" in kind:
        found.append(f"sorts by {', '.join(step.get('Sort Key', []))}")
    elif "Filter" in step and "Index Cond" not in step and "Recheck Cond" not in step and relation:
        found.append(f"reads all of {relation} to find {step['Filter']}")
    return [*found, *(wrong for below in step.get("Plans", []) for wrong in mistakes(below, books))]


def walked(step: dict[str, Any]) -> str:
    """An index that is read from end to end, and that no key needs; nothing if there is none."""
    index = str(step.get("Index Name", ""))
    if index and not index.endswith("_pkey") and "Filter" in step and "Index Cond" not in step:
        return index
    return next(filter(None, (walked(below) for below in step.get("Plans", []))), "")
