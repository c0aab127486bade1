"""The exit code is the outcome: 0 nothing is wrong, 1 something is, 2 nobody knows (test_bad_input.py)."""

from __future__ import annotations

import itertools

import pytest
import yaml

from tests.auditing import Audited
from tests.support import ROOT

CHECKS = ROOT / "template" / ".audit" / "checks"


def test_a_healthy_service_ends_with_0(healthy: Audited) -> None:
    """All that is static is PASS, without a waiver, and nothing is left out."""
    said = healthy.audit("static")
    assert (said.code, said.err) == (0, ""), said.out
    assert set(said.states.values()) == {"PASS"}
    assert {check["state"] for check in said.checks.values()} <= {"PASS", "NOT APPLICABLE"}
    assert said.findings == []


def test_a_finding_ends_with_1(service: Audited) -> None:
    """The table says what, where, and how to repair it."""
    (service.folder / "docs" / "runbook.md").unlink()
    said = service.audit("static", "--only", "layout")
    assert (said.code, said.err) == (1, "")
    assert said.states["P4"] == "FAIL"
    assert "P4.written: " in said.out
    assert "  docs/runbook.md: is not there" in said.out
    assert "  repair: Write docs/runbook.md." in said.out


def test_what_was_not_run_ends_with_1(service: Audited) -> None:
    """A hook that is missing is said aloud, for each of its checks."""
    service.replace("audit/audit.yml", "  routes: uv run --quiet --script make/audit.py routes\n", "")
    said = service.audit("static", "--only", "routes")
    assert (said.code, said.err) == (1, "")
    assert said.states["P3"] == "NOT RUN"
    assert said.out.count("  NOT RUN: audit/audit.yml has no hook routes.") == 2


def test_help_says_what_the_exit_codes_mean(healthy: Audited) -> None:
    """So does the page about the audit."""
    said = healthy.call("--help")
    assert said.returncode == 0
    for words in ("--only", "--static", "--json", "--out", "--service", "Exit codes: 0 ", "selftest", "explain"):
        assert words in said.stdout
    page = healthy.read("docs/how-to/audit.md")
    assert "ends with 0 if all is well, 1 if something was found or not run, 2 if" in page


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("A5", ("A5 Pages", "A5.rows-lost", "a walk meets every row once")),
        ("A5.rows-lost", ("reason ", "source ", "repair ", "enforced  from 2026-01-01", "waiver    possible")),
        ("A7.no-credential", ("waiver    never",)),
    ],
)
def test_explain_tells_all_there_is(healthy: Audited, what: str, told: tuple[str, ...]) -> None:
    """Of an item its checks, of a check why it is there and how to repair what it finds."""
    said = healthy.call("explain", what)
    assert said.returncode == 0
    assert [words for words in told if words not in said.stdout] == []


def test_a_repair_leads_to_a_place_that_is_there(healthy: Audited) -> None:
    """What a check says of this platform is true of its services."""
    checks = [yaml.safe_load(file.read_text(encoding="utf-8"))["checks"] for file in CHECKS.glob("*.yml")]
    places = {check["where"] for check in itertools.chain(*checks) if "where" in check}
    assert places
    for place in places:
        path, _, name = place.partition(", ")
        found = healthy.folder / path
        files = [found] if found.is_file() else found.rglob("*.go")
        assert any(f"func {name}" in file.read_text(encoding="utf-8") for file in files) or not name, place
        assert found.exists(), place
    assert "(platform/rest, Head)." in healthy.call("explain", "A2.head").stdout


def test_explain_offers_what_is_near(healthy: Audited) -> None:
    """A slip of the pen is no riddle."""
    said = healthy.call("explain", "rows-lost")
    assert (said.returncode, said.stderr) == (2, "There is no item or check rows-lost; did you mean A5.rows-lost?\n")


def test_list_shows_every_check_and_what_does_not_apply(healthy: Audited) -> None:
    """One line each."""
    said = healthy.call("list")
    assert said.returncode == 0
    lines = [line for line in said.stdout.splitlines() if line.startswith("  ")]
    assert len(lines) > 250
    assert any("A8." in line and "(does not apply: rest header)" in line for line in lines)
