# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that lets squawk read the migrations: it knows which statements hold which locks."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.context import Context
from engine.hooks import complete
from engine.model import Check, Evidence, Finding, Ran, UnavailableError
from migrations.files import Migration, load

KIND = "squawk"
PROGRAM = ("uv", "tool", "run", "--quiet", "--from", "squawk-cli==2.70.0", "squawk")
TIMEOUT = 300


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the check. A line of a migration is excepted by `-- squawk-ignore <rule>` above it."""
    files = load(context)
    for check in checks:
        for n, group in enumerate(groups(files)):
            yield from lint(check, group, ("first", "ordinary", "alone")[n])
        yield Evidence(check.id, f"{len(files)} migrations")
        yield Ran(check.id)


def groups(files: list[Migration]) -> list[list[Migration]]:
    """The first one, which meets no rows; those inside of a transaction; those outside."""
    return [files[:1], [f for f in files[1:] if not f.up.alone], [f for f in files[1:] if f.up.alone]]


def lint(check: Check, files: list[Migration], group: str) -> Iterator[Finding]:
    """Lets squawk read the ways up of some files."""
    if not files:
        return
    excluded = [*check.rule.get("exclude", {}), *check.rule.get(f"exclude_{group}", {})]
    options = [
        f"--exclude={','.join(excluded)}",
        f"--pg-version={check.rule.get('postgres', '15.0')}",
        "--reporter=json",
    ]
    if group != "alone":
        options.append("--assume-in-transaction")
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, migration in enumerate(files):
            name = f"{number}.sql"
            (Path(folder) / name).write_text(migration.up.sql + "\n", encoding="utf-8")
            names[name] = migration.name
        for found in ask([*PROGRAM, *options, *names], folder):
            name, line = names[Path(found["file"]).name], int(found["line"]) + 1
            yield Finding(
                check.id, name, f"{found['rule_name']}: {' '.join(str(found['message']).split())}", f"{name}:{line}"
            )


def ask(command: list[str], folder: str) -> list[dict[str, Any]]:
    """Runs squawk; UnavailableError if it cannot be had."""
    try:
        done = complete(command, Path(folder), TIMEOUT)
        return list(json.loads(done.stdout))
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        told = done.stderr.strip().splitlines()[-1:] if isinstance(error, ValueError) else [str(error)]
        raise UnavailableError(f"squawk cannot be run: {' '.join(told)}") from None
