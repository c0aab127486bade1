"""Breaks copies of a service's files, and asks all checks of the kind that is meant for each fault."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from engine import runner, settings
from engine.catalogue import Catalogue
from engine.context import Context
from engine.selftest import Verdict

from tests.kill.catalogue import Fault
from tests.kill.verdict import verdict

LEFT_OUT = shutil.ignore_patterns(".git", ".local")


def judged(context: Context, known: Catalogue, faults: Iterable[Fault]) -> Iterator[Verdict]:
    """What became of each fault; a ValueError if there is nothing in a file that it could change."""
    for fault in faults:
        began = time.monotonic()
        kind = known.checks[fault.expected].kind
        checks = [check for check in known.checks.values() if check.kind == kind]
        with tempfile.TemporaryDirectory(prefix="kill-") as folder:
            root = Path(folder) / "service"
            shutil.copytree(context.root, root, symlinks=True, ignore=LEFT_OUT)
            _lend_programs(context.root, root)
            _change(root, fault)
            with Context(root, settings.load(root)) as broken:
                if "sql" in fault.change:
                    with broken.connect() as connection:
                        connection.execute(fault.change["sql"].encode())
                outcome = runner.run(broken, known, checks, date.today())
        found = [finding for result in outcome.results.values() for finding in result.findings]
        yield verdict(fault, found, began, " ".join(outcome.broken))


def _lend_programs(source: Path, target: Path) -> None:
    """Links what has been built: no fault of the files changes it."""
    (target / ".local" / "bin").mkdir(parents=True)
    for program in (source / ".local" / "bin").iterdir():
        os.link(program, target / ".local" / "bin" / program.name)


def _change(root: Path, fault: Fault) -> None:
    change, file = fault.change, root / fault.change.get("file", "")
    if "write" in change:
        file.unlink(missing_ok=True)
        if change["write"] is not None:
            file.write_text(change["write"], encoding="utf-8")
    if "append" in change:
        file.write_text(file.read_text(encoding="utf-8") + change["append"], encoding="utf-8")
    if "replace" in change:
        before, after = change["replace"]
        text = file.read_text(encoding="utf-8")
        if before not in text:
            raise ValueError(f"{fault.name} replaces {before!r}, which is not in {change['file']}.")
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
