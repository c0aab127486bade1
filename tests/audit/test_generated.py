"""What keeps schemathesis from trying something is no success."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from contract.events import read

from tests.audit.test_other_service import other, running
from tests.auditing import Audited

__all__ = ["other", "running"]
CONFIG = "audit/schemathesis.toml"
OURS = """\
import schemathesis


@schemathesis.check
def ours(ctx, response, case):
    raise RuntimeError("a check that fails itself")
"""


@pytest.mark.parametrize(
    ("uri", "headers", "status", "failed"),
    [
        ("/things?cursor=" + 3000 * "%F0", {}, 431, False),
        ("/things?cursor=" + 3000 * "%F0", {}, 414, False),
        ("/things", {"Idempotency-Key": ["x" * 9000]}, 431, False),
        ("/things?cursor=" + 3000 * "%F0", {}, 500, True),
        ("/things?cursor=x", {"Accept": ["*/*"]}, 431, True),
    ],
    ids=["long", "long in other words", "large field", "long and broken", "short"],
)
def test_who_refuses_what_is_too_large_speaks_for_itself(
    uri: str, headers: dict[str, list[str]], status: int, failed: bool, tmp_path: Path
) -> None:
    """It is the HTTP server, which reads no more and so knows no API; at 8000 octets it has to (RFC 9110, 4.1)."""
    answer = {"request": {"method": "GET", "uri": uri, "headers": headers}, "response": {"status_code": status}}
    check = {"name": "content_type_conformance", "status": "failure"}
    recorder: dict[str, Any] = {"label": "GET /things", "interactions": {"a": answer}, "checks": {"a": [check]}}
    events = tmp_path / "events.ndjson"
    events.write_text(json.dumps({"ScenarioFinished": {"recorder": recorder}}) + "\n", encoding="utf-8")
    told = read(events)
    assert (len(told.failures), len(told.errors), told.requests, told.failed) == (int(failed), 0, 1, True)


def test_an_error_of_schemathesis_is_not_run_and_said(running: Audited) -> None:
    """It ends with 1 for errors alone too, as it does for failures."""
    running.replace(CONFIG, 'hooks = ".audit/contract/schemathesis_hooks.py"', 'hooks = "hooks_of_ours.py"')
    running.write("hooks_of_ours.py", OURS)
    said = running.audit("audit", "--only", "schemathesis")
    assert (said.code, said.err) == (1, ""), said.out
    states = {check["state"] for check in said.checks.values()}
    assert states == {"NOT RUN"}, said.out
    assert "schemathesis broke off: " in said.out
    assert "RuntimeError: a check that fails itself" in said.out


def test_an_answer_that_is_no_json_is_a_finding(running: Audited) -> None:
    """The checks of the hooks read bodies, and whatever comes does not break them."""
    running.replace(
        "service.py",
        'json.dumps(value).encode() if status != 204 else b""',
        'json.dumps(value).encode() if status < 204 else b"<html>" * (status > 204)',
    )
    said = running.audit("audit", "--only", "schemathesis")
    assert said.code == 1
    assert said.found("A3.generated")
    assert all(check["state"] != "NOT RUN" for check in said.checks.values()), said.out
    assert "schemathesis broke off" not in said.out
