"""Breaks copies of a service's files, fault by fault, and tells which check finds each.

    source make/environment.sh && uv run --script kill/files.py SERVICE [name]...

The service has been built once. The exit code is 0 if every fault of SEC and at least 98 % of all are found.
"""
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "httpx==0.28.1",
#   "jsonschema==4.26.0",
#   "jsonschema-rs==0.60.3",
#   "psycopg[binary]==3.3.9",
#   "pyyaml==6.0.3",
# ]
# ///

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENOUGH = 0.98


def change(root: Path, fault: dict[str, Any]) -> None:
    """Makes the change; a ValueError if there is nothing to be changed."""
    file = root / fault.get("file", "")
    if "write" in fault:
        file.unlink(missing_ok=True)
        if fault["write"] is not None:
            file.write_text(fault["write"], encoding="utf-8")
    if "append" in fault:
        file.write_text(file.read_text(encoding="utf-8") + fault["append"], encoding="utf-8")
    if "replace" in fault:
        before, after = fault["replace"]
        text = file.read_text(encoding="utf-8")
        if before not in text:
            raise ValueError(f"{before!r} is not in {file}")
        file.write_text(text.replace(before, after, 1), encoding="utf-8")


def main(service: str = ".", *names: str) -> int:
    """Prints a line for each fault, and the shares."""
    source = Path(service).resolve()
    sys.path.insert(0, str(source / ".audit"))
    from engine import catalogue, runner, settings, text
    from engine.context import Context

    known = catalogue.load(source)
    faults = [f for f in text.mapping(HERE / "files.yml", "files.yml")["faults"] if not names or f["name"] in names]
    missed = []
    for fault in faults:
        check = known.checks[fault["expected"]]
        with tempfile.TemporaryDirectory(prefix="kill-") as folder:
            root = Path(folder) / "service"
            shutil.copytree(
                source, root, symlinks=True, ignore=shutil.ignore_patterns("postgres", ".git", "golangci-lint")
            )
            change(root, fault)
            with Context(root, settings.load(root)) as context:
                if "sql" in fault:
                    with context.connect() as connection:
                        connection.execute(fault["sql"].encode())
                outcome = runner.run(
                    context, known, [c for c in known.checks.values() if c.kind == check.kind], date.today()
                )
        found = [f"{f.object}: {f.message}" for f in outcome.results[check.id].findings]
        if not found:
            missed.append(check.id)
        told = (found or outcome.broken or [""])[0]
        print(f"{'found' if found else 'missed':7} {fault['name']:26} {check.id:24} {told[:140]}", flush=True)
    grave = [name for name in missed if name.startswith(("A7.", "SEC."))]
    print(f"{len(faults) - len(missed)} of {len(faults)} found; of A7 and security {len(grave)} missed")
    return 0 if not grave and len(missed) <= (1 - ENOUGH) * len(faults) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
