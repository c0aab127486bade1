# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that goes through the migrations, up, down and up again, on a database of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from engine.context import Context
from engine.hooks import complete, last
from engine.model import Check, Evidence, Finding, Ran, UnavailableError
from migrations.files import Half, Migration, load

KIND = "migration"
FINGERPRINT = Path(__file__).with_name("fingerprint.sql")
TIMEOUT = 300  # seconds that one migration may take
MOST = 3  # differences that are shown
Connection = psycopg.Connection[Any]


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Goes up and down by the service's own command first, and then step by step by what the files say."""
    files, told = load(context), context.service
    if not isinstance(told.get("empty"), dict):
        raise UnavailableError("The hook up offers no empty database and no commands for migrations.")
    wanted = {check.id for check in checks}
    with context.connect(str(told["empty"]["database_url"])) as connection:
        connection.autocommit = True
        found = [*command(context, connection, len(files)), *steps(context, connection, files)]
        with context.connect() as audited:
            wrong = difference(fingerprint(context, audited), fingerprint(context, connection))
    found += (
        [("D6.same", "the schema", f"the service's own and that of its migrations differ: {wrong}", "")]
        if wrong
        else []
    )
    for check, thing, message, place in found:
        if check in wanted:
            yield Finding(check, thing, message, place)
    for check in wanted:
        yield Evidence(check, f"{len(files)} migrations")
        yield Ran(check)


def command(context: Context, connection: Connection, count: int) -> Iterator[tuple[str, str, str, str]]:
    """Up, all the way down, and up and down again, by the command of the service."""
    empty = fingerprint(context, connection)
    yield from _call(context, "up", 1)
    full = fingerprint(context, connection)
    yield from _call(context, "down", count)
    if wrong := difference(empty, fingerprint(context, connection)):
        yield "D6.command", "migrate down", f"leaves something behind: {wrong}", ""
    yield from _call(context, "up", 1)
    if wrong := difference(full, fingerprint(context, connection)):
        yield "D6.command", "migrate up", f"makes another schema the second time: {wrong}", ""
    yield from _call(context, "down", count)


def _call(context: Context, word: str, times: int) -> Iterator[tuple[str, str, str, str]]:
    told = context.service["empty"]
    for _ in range(times):
        try:
            done = complete(str(told[word]), context.root, TIMEOUT, told.get("environment"))
        except subprocess.TimeoutExpired:
            yield "D6.command", f"migrate {word}", f"does not end within {TIMEOUT} seconds", ""
            return
        if done.returncode:
            yield "D6.command", f"migrate {word}", f"fails: {last(done.stderr)}", ""
            return


def steps(context: Context, connection: Connection, files: list[Migration]) -> Iterator[tuple[str, str, str, str]]:
    """Each file up, down and up again, and all of them down at the end and up once more."""
    for file in files:
        before = fingerprint(context, connection)
        try:
            execute(connection, file.up)
            after = fingerprint(context, connection)
            execute(connection, file.down)
            if wrong := difference(before, fingerprint(context, connection)):
                yield (
                    "D6.down",
                    file.name,
                    f"its way down leaves another schema: {wrong}",
                    f"{file.name}:{file.down.line or 1}",
                )
            execute(connection, file.up)
            if wrong := difference(after, fingerprint(context, connection)):
                yield (
                    "D6.again",
                    file.name,
                    f"makes another schema the second time: {wrong}",
                    f"{file.name}:{file.up.line or 1}",
                )
        except psycopg.Error as error:
            connection.execute("rollback")
            yield (
                "D6.down",
                file.name,
                f"cannot go up, down and up again: {' '.join(str(error).split())}",
                f"{file.name}:1",
            )
            return


def execute(connection: Connection, half: Half) -> None:
    """Carries out one half as its mark says: in one transaction, or outside of any."""
    if half.alone:
        connection.execute(half.sql.encode())
    elif not half.empty:
        with connection.transaction():
            connection.execute(half.sql.encode())
    connection.execute("reset all")


def fingerprint(context: Context, connection: Connection) -> list[str]:
    """All that migrations can change, one line a thing."""
    settings = context.settings
    for name, value in (("schemas", settings.schemas), ("books", settings.bookkeeping)):
        connection.execute("select set_config(%s, %s, false)", [f"audit.{name}", value])
    return [row[0] for row in connection.execute(FINGERPRINT.read_bytes()).fetchall()]


def difference(before: list[str], after: list[str]) -> str:
    """Says what is different, as short as can be; nothing if all is the same."""
    lost = [f"- {line}" for line in before if line not in after]
    new = [f"+ {line}" for line in after if line not in before]
    told = [" ".join(line.split())[:120] for line in (*lost, *new)]
    return "; ".join(told[:MOST]) + (f"; and {len(told) - MOST} more" if len(told) > MOST else "")
