# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that lets schemathesis make up requests from the contract, and hold the answers against it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contract.events import read
from contract.views import plain
from engine.context import Context
from engine.hooks import complete, last
from engine.model import Check, Evidence, Finding, Ran, UnavailableError

KIND = "schemathesis"
PROGRAM = ("uv", "tool", "run", "--quiet", "--from", "schemathesis==4.32.5", "st")
CONFIG = "audit/schemathesis.toml"
GENEROUS = {"RATE_LIMIT_CALLER": "600000/1m", "RATE_LIMIT_ADDRESS": "600000/1m"}
TIMEOUT = 300
SEED = "20260101"  # the same requests each time; another one finds other things, now and then


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Runs schemathesis once, on an instance of its own. A failure that no check knows belongs to the last one."""
    if not context.contract.get("paths"):
        yield from carried_out(checks, 0)
        return
    with tempfile.TemporaryDirectory() as folder, context.restart(GENEROUS) as base_url:
        contract, said = Path(folder) / "openapi.json", Path(folder) / "events.ndjson"
        contract.write_text(json.dumps(plain(context.contract)), encoding="utf-8")
        command = [*PROGRAM, "--no-color", *configuration(context.root), "run", str(contract), "--url", base_url]
        command += left_out(context.contract)
        command += ["--seed", os.environ.get("AUDIT_SEED", SEED), "--report-ndjson-path", str(said)]
        for name, value in context.credentials("owner").items():
            command += ["--header", f"{name}: {value}"]
        done = call(command, context.root)
        if not said.is_file():
            raise UnavailableError(f"schemathesis cannot be run: {last(done.stderr) or last(done.stdout)}")
        told = read(said)
    known = {str(name): check.id for check in checks for name in check.rule.get("failures", [])}
    for name, operation, message in told.failures:
        yield Finding(known.get(name, checks[-1].id), operation, f"{name}: {message}", operation)
    if told.errors or (done.returncode and not told.failed):  # it ends with 1 for errors alone as well
        reason = first(list(told.errors)) or last(done.stderr) or last(done.stdout)
        raise UnavailableError(f"schemathesis broke off: {reason}")
    yield from carried_out(checks, told.requests)


def first(errors: list[str]) -> str:
    """The first error, and how many more there are."""
    more = f"; and {len(errors) - 1} more" if errors[1:] else ""
    return f"{errors[0]}{more}" if errors else ""


def carried_out(checks: list[Check], cases: int) -> Iterator[Evidence | Ran]:
    """Says of each check that it was carried out."""
    for check in checks:
        yield Evidence(check.id, f"{cases} requests")
        yield Ran(check.id)


def left_out(contract: dict[str, Any]) -> list[str]:
    """The options that spare what makes, changes or ends credentials, as its x-audit says."""
    operations = [
        told for item in contract.get("paths", {}).values() for told in item.values() if isinstance(told, dict)
    ]
    names = [str(told.get("operationId")) for told in operations if "credentials" in told.get("x-audit", {})]
    return [word for name in names for word in ("--exclude-operation-id", name)]


def configuration(root: Path) -> list[str]:
    """The option that names the team's configuration, if there is one."""
    return ["--config-file", str(root / CONFIG)] if (root / CONFIG).is_file() else []


def call(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs schemathesis to its end."""
    try:
        return complete(command, folder, TIMEOUT)
    except OSError as error:
        raise UnavailableError(f"schemathesis cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"schemathesis did not end within {TIMEOUT} seconds.") from None
