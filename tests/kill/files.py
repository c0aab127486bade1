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
from engine.runner import Outcome
from engine.selftest import IMPOSSIBLE, Verdict

from tests.kill.catalogue import Fault
from tests.kill.verdict import verdict

LEFT_OUT = shutil.ignore_patterns(".git", ".local")


def judged(context: Context, known: Catalogue, faults: Iterable[Fault]) -> Iterator[Verdict]:
    """What became of each fault."""
    for fault in faults:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="kill-") as folder:
            root = Path(folder) / "service"
            shutil.copytree(context.root, root, symlinks=True, ignore=LEFT_OUT)
            _lend_programs(context.root, root)
            try:
                change(root, fault)
            except (OSError, ValueError) as error:
                yield Verdict(fault.name, fault.expected, IMPOSSIBLE, str(error), (), 0)
                continue
            outcome = _asked(root, known, fault)
        found = [finding for result in outcome.results.values() for finding in result.findings]
        yield verdict(fault, found, began, " ".join(outcome.broken))


def _asked(root: Path, known: Catalogue, fault: Fault) -> Outcome:
    """What all checks of the kind of the one that is meant say of a changed folder."""
    kind = known.checks[fault.expected].kind
    with Context(root, settings.load(root)) as context:
        if "sql" in fault.change:
            with context.connect() as connection:
                connection.execute(fault.change["sql"].encode())
        return runner.run(context, known, [c for c in known.checks.values() if c.kind == kind], date.today())


def _lend_programs(source: Path, target: Path) -> None:
    """Links what has been built: no fault of the files changes it."""
    (target / ".local" / "bin").mkdir(parents=True)
    for program in (source / ".local" / "bin").iterdir():
        os.link(program, target / ".local" / "bin" / program.name)


def change(root: Path, fault: Fault) -> None:
    """Makes the change in a folder; a ValueError if there is nothing to be changed."""
    told, file = fault.change, root / fault.change.get("file", "")
    if "write" in told:
        file.unlink(missing_ok=True)
        if told["write"] is not None:
            file.write_text(told["write"], encoding="utf-8")
    if "append" in told:
        file.write_text(file.read_text(encoding="utf-8") + told["append"], encoding="utf-8")
    if "replace" in told:
        before, after = told["replace"]
        text = file.read_text(encoding="utf-8")
        if before not in text:
            raise ValueError(f"{fault.name} replaces {before!r}, which is not in {told['file']}.")
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
