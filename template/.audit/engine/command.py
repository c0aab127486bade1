# Kept by the platform: docs/ownership.md says what that means.
"""The command line of the audit."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from engine import catalogue, selftest, settings, tell
from engine.catalogue import Catalogue
from engine.context import Context
from engine.model import BrokenError, Check
from engine.report import as_json, table, write
from engine.runner import ENGINE, Outcome, run

COMMANDS = ("audit", "static", "explain", "list", "selftest", "checklist")
EPILOG = (
    "Exit codes: 0 every item that applies is met or waived, 1 something is wrong or was not run, "
    "2 the audit could not be carried out."
)


def parser() -> argparse.ArgumentParser:
    """The options; they may stand before or after the words."""
    found = argparse.ArgumentParser(prog="audit", description="Proves the checklist on this service.", epilog=EPILOG)
    found.add_argument("command", nargs="?", default="audit", choices=COMMANDS)
    found.add_argument("what", nargs="?", default="", help="an item or a check, for explain")
    found.add_argument(
        "--only", action="append", default=[], metavar="WHAT", help="an item, a check or a kind; may be repeated"
    )
    found.add_argument("--static", action="store_true", help="leave out what needs the running service")
    found.add_argument("--json", action="store_true", help="print JSON instead of the table")
    found.add_argument(
        "--out", type=Path, metavar="DIR", help="write audit.json, audit.sarif, audit.xml and audit.md there"
    )
    found.add_argument("--service", type=Path, default=Path.cwd(), metavar="DIR", help="the folder of the service")
    return found


def main(words: list[str]) -> int:
    """Runs one command and returns its exit code."""
    given = parser().parse_intermixed_args(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return carry_out(given)
    except BrokenError as broken:
        print(broken, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads has seen enough; what was not shown cannot be called well
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0 if given.command in ("explain", "list") else 2
    except KeyboardInterrupt:
        return 130


def carry_out(given: argparse.Namespace) -> int:
    """Reads what the audit is about and does what was asked."""
    root = given.service.resolve()
    known = catalogue.load(root)
    if given.command == "explain":
        return tell.explain(known, given.what)
    told = settings.load(root)
    if given.command == "list":
        return tell.listing(known, told)
    if given.command == "checklist":
        print(tell.checklist(known, told, root), end="")
        return 0
    static = given.static or given.command == "static"
    checks = wanted(known, given.only, static)
    with Context(root, told, progress()) as context:
        if given.command == "selftest":
            return selftest.run(context, known, static)
        outcome = run(context, known, checks, date.today())
    return report(outcome, known, given)


def wanted(known: Catalogue, only: list[str], static: bool) -> list[Check]:
    """The checks that were asked for; BrokenError if a name means nothing."""
    names = [name for words in only for name in words.split(",")]
    for name in names:
        if name not in known.items and name not in known.checks and name not in known.kinds:
            raise BrokenError(f"There is no item, check or kind {name}; `audit list` shows all.")
    checks = [check for check in known.checks.values() if not names or {check.id, check.item, check.kind} & {*names}]
    chosen = [check for check in checks if not static or check.kind == ENGINE or not known.kinds[check.kind].live]
    if not chosen:
        raise BrokenError("Nothing of that can be checked without the running service.")
    return chosen


def progress() -> Callable[[str], None]:
    """Says on a terminal what is going on, in one line that is written anew; elsewhere nothing."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(f"\r\033[K{text[:100]}", end="\r", file=sys.stderr, flush=True)


def report(outcome: Outcome, known: Catalogue, given: argparse.Namespace) -> int:
    """Prints and writes what came of the audit."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if given.json:
        print(json.dumps(as_json(outcome, known), indent=1))
    else:
        print(table(outcome, known, colour=sys.stdout.isatty()), end="")
    for sentence in outcome.broken:
        print(sentence, file=sys.stderr)
    if given.out:
        write(outcome, known, given.out)
    return outcome.code
