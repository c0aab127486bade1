# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that lets schemathesis make up requests from the contract, and hold the answers against it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
        failures, errors, cases = read(said)
    known = {str(name): check.id for check in checks for name in check.rule.get("failures", [])}
    for name, operation, message in failures:
        yield Finding(known.get(name, checks[-1].id), operation, f"{name}: {message}", operation)
    if errors or (done.returncode and not failures):  # it ends with 1 for errors alone as well
        raise UnavailableError(f"schemathesis broke off: {told(errors) or last(done.stderr) or last(done.stdout)}")
    yield from carried_out(checks, cases)


def told(errors: list[str]) -> str:
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


def read(file: Path) -> tuple[list[tuple[str, str, str]], list[str], int]:
    """Returns the failures (check, operation, message) that the events tell of, the errors, and the requests sent."""
    failures: dict[tuple[str, str, str], None] = {}
    errors: dict[str, None] = {}
    cases = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        for kind, event in json.loads(line).items():
            recorder = event.get("recorder") or {} if isinstance(event, dict) else {}
            cases += len(recorder.get("interactions") or {})
            for name, operation, message in _failed(recorder):
                failures[name, operation, message] = None
            if kind in ("NonFatalError", "FatalError"):
                errors[_error(event)] = None
    return list(failures), list(errors), cases


def _error(event: dict[str, Any]) -> str:
    error = event.get("value") or event.get("exception") or {}
    text = " ".join(f"{error.get('type', 'error')}: {error.get('message', '')}".split())[:200]
    return f"{event['label']}: {text}" if event.get("label") else text


def _failed(recorder: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    operations = {key: _operation(told, recorder) for key, told in (recorder.get("cases") or {}).items()}
    for key, checks in (recorder.get("checks") or {}).items():
        for check in checks:
            if check.get("status") == "failure":
                failure = (check.get("failure_info") or {}).get("failure") or {}
                answer = ((recorder.get("interactions") or {}).get(key) or {}).get("response") or {}
                told = f"{failure.get('title', '')}: {failure.get('message', '')}"
                text = (
                    f"{' '.join(told.split())[:200]}; answer {answer.get('status_code')} {_violations(answer)}".rstrip()
                )
                yield str(check["name"]), operations.get(key, str(recorder.get("label", ""))), text


def _violations(answer: dict[str, Any]) -> str:
    """The violations that an answer names, in short; nothing if it names none."""
    try:
        body = json.loads(base64.b64decode((answer.get("content") or {}).get("$base64", "")))
        found = [f"{v.get('pointer') or v.get('parameter')}: {v['code']}" for v in body["errors"]]
    except (ValueError, LookupError, TypeError):
        return ""
    return f"({', '.join(found)[:100]})"


def _operation(told: dict[str, Any], recorder: dict[str, Any]) -> str:
    value = told.get("value") or told
    method, path = value.get("method"), value.get("path") or (value.get("operation") or {}).get("path")
    return f"{method} {path}" if method and path else str(recorder.get("label", ""))
