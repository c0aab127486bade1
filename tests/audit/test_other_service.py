"""The audit knows nothing of Go, nor of this template: it audits a service that was written by hand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.auditing import Audited
from tests.support import ROOT

OTHER = Path(__file__).with_name("other")
PAGE = ROOT / "template" / "docs" / "how-to" / "audit.md"
GO = {"P1.rules", "P1.table-owner", "P2.outside", "SEC.joined-statement", "SEC.no-audit-mode"}


@pytest.fixture
def other(tmp_path: Path) -> Audited:
    """The service, with what the page says that it needs: .audit/ and audit/."""
    folder = tmp_path / "letters"
    shutil.copytree(OTHER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "template" / ".audit", folder / ".audit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "template" / "audit" / "schemathesis.toml", folder / "audit")
    return Audited(folder)


@pytest.fixture
def running(other: Audited, postgres: str) -> Audited:
    """The same with a server for its databases."""
    return Audited(other.folder, {"SERVER_URL": postgres})


def test_a_service_that_no_template_wrote_passes_the_whole_audit(running: Audited) -> None:
    """By a contract, a database and four hooks; what is of Go alone does not apply, and is said not to."""
    said = running.audit("audit")
    assert (said.code, said.err) == (0, ""), said.out
    assert {item for item, state in said.states.items() if state != "PASS"} == {"P1"}
    assert said.states["P1"] == "NOT APPLICABLE"
    assert "platform/" not in running.call("explain", "A2.head").stdout
    states = {name: check["state"] for name, check in said.checks.items()}
    assert "NOT RUN" not in states.values()
    assert {states[name] for name in GO} == {"NOT APPLICABLE"}
    assert states["A2.replay"] == "NOT APPLICABLE"  # it takes no Idempotency-Key
    assert said.checks["D4.sent"]["evidence"] == "2 statements planned"
    assert said.checks["A7.foreign-item"]["state"] == "PASS"


def test_what_is_wrong_with_it_is_found(running: Audited) -> None:
    """Its rows are shown to everybody: the very statement is changed, and nothing else."""
    statements = running.read("queries.sql")
    read = "select * from letters where id = $id and "
    running.write("queries.sql", statements.replace(f"{read}owner = $owner", f"{read}$owner <> ''"))
    said = running.audit("audit", "--only", "A7.foreign-item")
    assert said.code == 1
    assert {finding["object"] for finding in said.found("A7.foreign-item")} == {"GET /v1/letters/{letter_id}"}


def test_what_a_hook_does_not_give_is_not_run_and_said(running: Audited) -> None:
    """Without the queries, the routes and an empty database, three kinds of check have nothing to work with."""
    settings = running.read("audit/audit.yml")
    running.write("audit/audit.yml", re.sub(r"  (routes|queries): .*\n", "", settings))
    running.replace("hooks.py", '"empty": {', '"nothing": {')
    said = running.audit("audit", "--only", "routes,plan,migration,database")
    assert (said.code, said.err) == (1, "")
    told = {check["why"] for check in said.checks.values() if check["state"] == "NOT RUN"}
    assert told == {
        "audit/audit.yml has no hook routes.",
        "audit/audit.yml has no hook queries.",
        "The hook up offers no empty database and no commands for migrations.",
    }
    assert said.states["D3"] == "PASS"
    for why in told:
        assert f"NOT RUN: {why}" in said.out


def test_a_service_without_migrations_and_a_contract_is_told_so(other: Audited) -> None:
    """What audit.yml does not name is no success."""
    settings = other.read("audit/audit.yml")
    other.write("audit/audit.yml", re.sub(r"(contract|migrations): .*\n", "", settings))
    said = other.audit("static", "--only", "contract,migration-text,P4")
    assert (said.code, said.err) == (1, "")
    assert said.states["P4"] == "PASS"
    assert {"audit/audit.yml names no contract.", "audit/audit.yml names no folder of migrations."} == {
        check["why"] for check in said.checks.values() if check["state"] == "NOT RUN"
    }


def test_a_service_in_another_folder_is_audited_too(other: Audited, healthy: Audited) -> None:
    """`--service` says where it is."""
    said = healthy.call("static", "--only", "contract", "--service", str(other.folder))
    assert (said.returncode, said.stderr) == (0, "")


def test_the_page_names_every_setting_fact_and_hook_that_there_is() -> None:
    """Whoever follows it has all they need."""
    page = PAGE.read_text(encoding="utf-8")
    home = ROOT / "template" / ".audit"
    facts = {
        fact
        for file in (home / "checks").glob("*.yml")
        for line in re.findall(r"^    applies: (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        for fact in line.split()
    }
    source = (home / "engine" / "settings.py").read_text(encoding="utf-8")
    members = set(re.findall(r"^    ([a-z_]+): (?:str|tuple|dict)", source, re.MULTILINE))
    variables = {"RATE_LIMIT_CALLER", "RATE_LIMIT_ADDRESS", "REQUEST_TIMEOUT", "AUDIT_DATABASE_URL"}
    missing = [word for word in facts | members | variables | {"schemathesis.toml"} if f"`{word}`" not in page]
    assert missing == []
