"""Tries faults on the service of the current folder. `run.py` starts it, with what it needs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from engine import catalogue, runner, selftest, settings
from engine.catalogue import Catalogue
from engine.context import Context
from engine.model import BrokenError, Finding
from engine.selftest import Verdict

from tests.kill import behaviour, files
from tests.kill.catalogue import KINDS, UNUSUAL, Fault, faults, file
from tests.kill.verdict import Clean, Score

T = TypeVar("T")
Judging = Callable[[Context, Catalogue, Sequence[Fault]], Iterator[Verdict]]


def main(*only: str) -> int:
    """Prints a line for each fault as it is tried, and then the table; 0 if it is good enough."""
    chosen = {kind: [f for f in faults(kind) if not only or kind in only or f.name in only] for kind in KINDS}
    names = {fault.name for found in chosen.values() for fault in found}
    if unknown := sorted(set(only) - {*KINDS, *CLEAN, *names}):
        print(f"There is no {unknown[0]}: name a fault, or one of {', '.join([*KINDS, *CLEAN])}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    clean = [found for part in CLEAN if not only or part in only for found in tried(CLEAN[part])]
    verdicts = [told for kind, wanted in chosen.items() if wanted for told in judged(kind, wanted)]
    score = Score(verdicts, clean)
    print(score.table())
    return 0 if score.enough else 1


def tried(part: Callable[[Context, Catalogue], Iterator[T]]) -> Iterator[T]:
    """A part on a service and a database of its own: what one leaves behind is no matter of another one's."""
    root = Path.cwd()
    with Context(root, settings.load(root)) as context:
        yield from part(context, catalogue.load(root))


def judged(kind: str, wanted: Sequence[Fault]) -> Iterator[tuple[Fault, Verdict]]:
    """Each fault of a kind, and what became of it."""
    named = {fault.name: fault for fault in wanted}
    for verdict in tried(lambda context, known: JUDGES[kind](context, known, wanted)):
        print(selftest.line(verdict), flush=True)
        yield named[verdict.name], verdict


def schema(context: Context, known: Catalogue, wanted: Sequence[Fault]) -> Iterator[Verdict]:
    """The audit's own way to break a schema and roll it back."""
    return _named(selftest.schema(context, known, file("schema")), wanted)


def contract(context: Context, known: Catalogue, wanted: Sequence[Fault]) -> Iterator[Verdict]:
    """The audit's own way to break a copy of the contract."""
    return _named(selftest.contract(context, known, file("contract")), wanted)


def _named(verdicts: Iterator[Verdict], wanted: Sequence[Fault]) -> Iterator[Verdict]:
    """Those of the wanted faults. What is found before anything is broken is for the part `unbroken` to tell."""
    names = {fault.name for fault in wanted}
    return (verdict for verdict in verdicts if verdict.name in names)


def unbroken(context: Context, known: Catalogue) -> Iterator[Clean]:
    """The whole audit of the service as it was written. What is not run has found nothing either, which is no merit."""
    outcome = runner.run(context, known, known.checks.values(), date.today())
    results = [result for result in outcome.results.values() if result.applies]
    against = [_said(finding) for result in results for finding in result.findings]
    against += [f"{result.check.id} is not run: {result.why}" for result in results if not result.ran]
    yield Clean("unbroken", f"{len(results)} checks", [*against, *outcome.broken])


def unusual(context: Context, known: Catalogue) -> Iterator[Clean]:
    """Schemas that are right and rare, each beside that of the service."""
    kinds = ("database", "probe-database")
    by_kind = {kind: [check for check in known.checks.values() if check.kind == kind] for kind in kinds}
    looked = f"{sum(map(len, by_kind.values()))} checks"
    for statements in UNUSUAL:
        with context.connect() as connection:
            connection.execute(statements.read_bytes())
            found = [_said(finding) for finding in selftest.schema_findings(connection, context, by_kind)]
            connection.rollback()
        yield Clean(statements.stem, looked, found)


def _said(finding: Finding) -> str:
    return f"{finding.check} {finding.object}: {finding.message}"


JUDGES: dict[str, Judging] = {
    "schema": schema,
    "contract": contract,
    "files": files.judged,
    "behaviour": behaviour.judged,
}
CLEAN: dict[str, Callable[[Context, Catalogue], Iterator[Clean]]] = {"unbroken": unbroken, "unusual": unusual}


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except BrokenError as broken:
        sys.exit(str(broken))
