# Kept by the platform: docs/ownership.md says what that means.
"""Breaks copies of what is audited, fault by fault, and looks whether the check meant for each notices."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue import Catalogue
from engine.context import Context
from engine.model import BrokenError, Check, Finding
from engine.text import mapping

FOUND, MISSED, IMPOSSIBLE = "found", "missed", "impossible"


@dataclass(frozen=True)
class Verdict:
    """What became of one fault. `others` also noticed it."""

    name: str
    expected: str
    state: str
    told: str
    others: tuple[str, ...]
    seconds: float


def run(context: Context, known: Catalogue, static: bool) -> int:
    """Prints a line for each fault, and the score; 0 if each is found and nothing is found before."""
    folder = context.home / "selftest"
    verdicts = list(contract(context, known, folder / "contract.yml"))
    if not static:
        verdicts += schema(context, known, folder / "schema.yml")
    for verdict in verdicts:
        print(line(verdict))
    missed = [verdict for verdict in verdicts if verdict.state != FOUND]
    print(f"{len(verdicts) - len(missed)} of {len(verdicts)} faults are found.")
    return 1 if missed else 0


def line(verdict: Verdict) -> str:
    """One fault for people."""
    also = f" (also {', '.join(verdict.others)})" if verdict.others else ""
    return f"{verdict.state:10} {verdict.name:32} {verdict.expected:26} {verdict.told[:120]}{also}"


def faults(file: Path) -> dict[str, Any]:
    """Reads a file of faults."""
    told = mapping(file, file.name)
    if not isinstance(told.get("faults"), list):
        raise BrokenError(f"{file.name} must have a list of faults.")
    return told


def schema(context: Context, known: Catalogue, file: Path) -> Iterator[Verdict]:
    """Breaks the schema by SQL, in transactions that are rolled back; nothing may be found in `good` of the file."""
    told = faults(file)
    by_kind = {name: [c for c in known.checks.values() if c.kind == name] for name in ("database", "probe-database")}
    with context.connect() as connection:

        def after(statements: str) -> list[Finding]:
            with connection.transaction(force_rollback=True):
                connection.execute(statements.encode() or b"select")
                return list(schema_findings(connection, context, by_kind))

        good = str(told.get("good", ""))
        yield from _unbroken("the schema before it is broken", after(good))
        for fault in told["faults"]:
            yield _judge(fault, lambda sql=str(fault["sql"]): after(f"{good};\n{sql}" if good else sql))
        connection.rollback()


def schema_findings(connection: Any, context: Context, by_kind: dict[str, list[Check]]) -> Iterator[Finding]:
    """What the checks of the database find in a schema that may have been changed in this transaction."""
    places = importlib.import_module("database.places").Places(context.root, "")
    for module, kind in (("database.kind", "database"), ("database.behaviour", "probe-database")):
        with connection.transaction(force_rollback=True):
            for told in importlib.import_module(module).ask(connection, context, by_kind[kind], places):
                if isinstance(told, Finding):
                    yield told


def contract(context: Context, known: Catalogue, file: Path) -> Iterator[Verdict]:
    """Breaks a copy of the contract by edits of its document. `good` of the file replaces the service's own."""
    told = faults(file)
    kind = importlib.import_module("contract.kind")
    edit = importlib.import_module("contract.edit")
    checks = [check for check in known.checks.values() if check.kind == "contract"]
    good = told.get("good") or context.contract
    versioning = "path" if "good" in told else context.settings.api_versioning

    def after(*changes: Any) -> list[Finding]:
        document = edit.changed(good, changes)
        return [found for found in kind.judge(document, checks, versioning) if isinstance(found, Finding)]

    yield from _unbroken("the contract before it is broken", after())
    for fault in told["faults"]:
        yield _judge(fault, lambda changes=fault["edits"]: after(*changes))


def _unbroken(name: str, found: list[Finding]) -> Iterator[Verdict]:
    for finding in found:
        yield Verdict(name, "nothing", MISSED, f"{finding.check} {finding.object}: {finding.message}", (), 0)


def _judge(fault: dict[str, Any], after: Any) -> Verdict:
    began = time.monotonic()
    name, expected = str(fault["name"]), str(fault["expected"])
    try:
        found: list[Finding] = after()
    except Exception as error:  # the fault itself does not work: that is a fault of the file
        return Verdict(
            name,
            expected,
            IMPOSSIBLE,
            " ".join(f"{type(error).__name__}: {error}".split()),
            (),
            time.monotonic() - began,
        )
    mine = next((f"{finding.object}: {finding.message}" for finding in found if finding.check == expected), "")
    others = tuple(sorted({finding.check for finding in found} - {expected}))
    return Verdict(name, expected, FOUND if mine else MISSED, mine, others, time.monotonic() - began)
