# Kept by the platform: docs/ownership.md says what that means.
"""Reads what schemathesis tells of a run, event by event."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOO_LARGE = (414, 431)
LEAST_ROOM = 8000
"""Octets that an HTTP server should take (RFC 9110, 4.1). What it refuses of more is refused before there is an API, in
words of its own."""


@dataclass
class Told:
    """What a run was.

    Attributes:
        failures: The check, the operation and a message of each, once; those that are nobody's mistake are left out.
        errors: What kept schemathesis from something.
        requests: How many were sent.
        failed: Whether any check failed, even if that is nobody's mistake.
    """

    failures: dict[tuple[str, str, str], None] = field(default_factory=dict)
    errors: dict[str, None] = field(default_factory=dict)
    requests: int = 0
    failed: bool = False


def read(file: Path) -> Told:
    """Returns what all events together say."""
    told = Told()
    for line in file.read_text(encoding="utf-8").splitlines():
        for kind, event in json.loads(line).items():
            recorder = event.get("recorder") or {} if isinstance(event, dict) else {}
            told.requests += len(recorder.get("interactions") or {})
            for failure, excused in _failed(recorder):
                told.failed = True
                if not excused:
                    told.failures[failure] = None
            if kind in ("NonFatalError", "FatalError"):
                told.errors[_error(event)] = None
    return told


def _error(event: dict[str, Any]) -> str:
    error = event.get("value") or event.get("exception") or {}
    text = " ".join(f"{error.get('type', 'error')}: {error.get('message', '')}".split())[:200]
    return f"{event['label']}: {text}" if event.get("label") else text


def _failed(recorder: dict[str, Any]) -> Iterator[tuple[tuple[str, str, str], bool]]:
    """Yields each failure, and whether it is nobody's mistake."""
    operations = {key: _operation(told, recorder) for key, told in (recorder.get("cases") or {}).items()}
    for key, checks in (recorder.get("checks") or {}).items():
        interaction = (recorder.get("interactions") or {}).get(key) or {}
        answer = interaction.get("response") or {}
        excused = answer.get("status_code") in TOO_LARGE and _octets(interaction) > LEAST_ROOM
        for check in checks:
            if check.get("status") == "failure":
                failure = (check.get("failure_info") or {}).get("failure") or {}
                told = f"{failure.get('title', '')}: {failure.get('message', '')}"
                text = (
                    f"{' '.join(told.split())[:200]}; answer {answer.get('status_code')} {_violations(answer)}".rstrip()
                )
                yield (str(check["name"]), operations.get(key, str(recorder.get("label", ""))), text), excused


def _octets(interaction: dict[str, Any]) -> int:
    """How much the target and the fields of a request take, without those that the report leaves out."""
    request = interaction.get("request") or {}
    fields = [name + value for name, values in (request.get("headers") or {}).items() for value in values]
    return len("".join([request.get("uri", ""), *fields]).encode())


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
