"""What keeps the audit from its work is told in one sentence, by exit code 2, and never as a stack of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.auditing import Audited, Said

CONTRACT, SETTINGS, WAIVERS = "api/rest/openapi.yaml", "audit/audit.yml", "audit/waivers.yml"
STATIC = ("static", "--only", "contract,routes,migration-text,P4,W")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with what the audit is given, and a part of the sentence that says so."""

    sentence: str
    files: Mapping[str, str] = field(default_factory=dict)  # new texts
    edits: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    words: tuple[str, ...] = STATIC


def waiver(**members: str) -> Mapping[str, str]:
    given = {
        "id": "W-1",
        "check": "D2.not-uuid",
        "object": "public.x.id",
        "reason": "Printed on many letters.",
        "owner": "@acme/billing",
        "until": "2026-12-31",
    } | members
    lines = "\n    ".join(f'{name}: "{value}"' for name, value in given.items() if value != "-")
    return {WAIVERS: f"waivers:\n  - {lines}\n"}


def hook(name: str, command: str) -> Mapping[str, tuple[str, str]]:
    return {SETTINGS: (f"{name}: uv run --quiet --script make/audit.py {name}", f"{name}: {command}")}


def local(text: str) -> Mapping[str, str]:
    return {"audit/local/checks.yml": text}


OURS = "checks: [{id: A1.ours, item: A1, title: t, reason: r, source: s, repair: r, enforced_from: 2026-01-01"
FAULTS = {
    "a contract that is no YAML": Fault(
        "api/rest/openapi.yaml is not well-formed in line 2:", {CONTRACT: "openapi: 3.1.0\npaths: ]"}
    ),
    "a contract with a member that is there twice": Fault(
        "api/rest/openapi.yaml is not well-formed in line 2: info is there twice.",
        {CONTRACT: "info: {}\ninfo: {}\n"},
    ),
    "a contract with a reference that leads nowhere": Fault(
        "api/rest/payments.yaml:18: api/rest/payments.yaml#/responses/Nothing is not there.",
        edits={"api/rest/payments.yaml": ("#/responses/PaymentPage", "#/responses/Nothing")},
    ),
    "a contract with a reference to a file that is not there": Fault(
        "api/rest/nothing.yaml is not there.", edits={CONTRACT: ("payments.yaml#/item", "nothing.yaml#/item")}
    ),
    "a contract with a reference to another machine": Fault(
        "https://example.com/a.yaml#/b is not a file of this service.",
        edits={CONTRACT: ("payments.yaml#/item", "https://example.com/a.yaml#/b")},
    ),
    "a contract that is a list": Fault("api/rest/openapi.yaml must be a mapping.", {CONTRACT: "[1, 2]"}),
    "a contract that is no OpenAPI": Fault(
        "api/rest/openapi.yaml is no OpenAPI document", {CONTRACT: "hello: world\n"}
    ),
    "a contract whose paths are a list": Fault(
        "api/rest/openapi.yaml is no OpenAPI document",
        {CONTRACT: "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: [1, 2]\n"},
    ),
    "a contract in which components are a list": Fault(
        "api/rest/openapi.yaml is no OpenAPI document: components must be a mapping.",
        {CONTRACT: "openapi: 3.1.0\ninfo: {}\ncomponents: [1]\n"},
    ),
    "a contract in which a path is a list": Fault(
        "api/rest/openapi.yaml is no OpenAPI document: /v1/x must be a mapping.",
        {CONTRACT: "openapi: 3.1.0\ninfo: {}\npaths: {/v1/x: [1]}\n"},
    ),
    "a contract in which an operation is a number": Fault(
        "api/rest/openapi.yaml is no OpenAPI document: GET /v1/x must be a mapping.",
        {CONTRACT: "openapi: 3.1.0\ninfo: {}\npaths: {/v1/x: {get: 5}}\n"},
    ),
    "a contract in which responses are a list": Fault(
        "api/rest/openapi.yaml is no OpenAPI document: responses of GET /v1/x must be a mapping.",
        {CONTRACT: "openapi: 3.1.0\ninfo: {}\npaths: {/v1/x: {get: {responses: [1]}}}\n"},
    ),
    "a contract in which an answer is a text": Fault(
        "api/rest/openapi.yaml is no OpenAPI document: 200 of GET /v1/x must be a mapping.",
        {CONTRACT: "openapi: 3.1.0\ninfo: {}\npaths: {/v1/x: {get: {responses: {200: fine}}}}\n"},
    ),
    "a contract of another age": Fault(
        "api/rest/openapi.yaml is no OpenAPI document", {CONTRACT: 'swagger: "2.0"\npaths: {}\n'}
    ),
    "a contract that is not there": Fault(
        "api/rest/none.yaml is not there.", edits={SETTINGS: ("api/rest/openapi.yaml", "api/rest/none.yaml")}
    ),
    "a contract that is no text": Fault("api/rest/openapi.yaml", {CONTRACT: "a: \x00\n"}),
    "settings that are no YAML": Fault("audit/audit.yml is not well-formed in line 2:", {SETTINGS: "contract: ["}),
    "settings that are empty": Fault("audit/audit.yml must be a mapping.", {SETTINGS: ""}),
    "a setting that nobody knows": Fault(
        "audit/audit.yml has colour, which the audit does not know; it knows",
        edits={SETTINGS: ("facts:", "colour: 1\nfacts:")},
    ),
    "a setting of the wrong kind": Fault(
        "migrations in audit/audit.yml must be a text.",
        edits={SETTINGS: ("migrations: db/migrations", "migrations: [db/migrations]")},
    ),
    "a pattern that is none": Fault(
        "schemas in audit/audit.yml is no pattern:", edits={SETTINGS: ("facts:", "schemas: '('\nfacts:")}
    ),
    "facts that are no list": Fault(
        "facts in audit/audit.yml must be a list of texts.",
        edits={SETTINGS: ("facts: [", "facts: postgres\n#")},
    ),
    "a hook that nobody knows": Fault(
        "audit/audit.yml has the hook down; there are up, routes, token, queries.",
        edits={SETTINGS: ("hooks:", "hooks:\n  down: make down")},
    ),
    "a hook that is no command": Fault(
        "hooks in audit/audit.yml must be commands, each a text.", edits=hook("routes", "[a, b]")
    ),
    "a hook that fails": Fault(
        "The hook routes failed: No routes today.", edits=hook("routes", "echo No routes today. >&2; exit 3")
    ),
    "a hook that cannot be found": Fault("The hook routes failed:", edits=hook("routes", "no-such-command")),
    "a hook that prints no JSON": Fault(
        "The hook routes printed something that is not JSON: 'hello", edits=hook("routes", "echo hello")
    ),
    "a hook that prints other JSON": Fault(
        "The hook routes must print a JSON list of objects with method, path and place",
        edits=hook("routes", "echo '[5]'"),
    ),
    "a folder of migrations that is not there": Fault(
        "db/none, the folder of migrations, is not there.",
        edits={SETTINGS: ("migrations: db/migrations", "migrations: db/none")},
    ),
    "waivers that are no YAML": Fault("audit/waivers.yml is not well-formed in line 2:", {WAIVERS: "waivers: ["}),
    "waivers that are no list": Fault("audit/waivers.yml must have a list of waivers.", {WAIVERS: "waivers: all\n"}),
    "a waiver that is a text": Fault("audit/waivers.yml: each waiver has id, check,", {WAIVERS: "waivers: [all]\n"}),
    "a waiver without a reason": Fault("audit/waivers.yml:2: W-1 lacks reason, a text.", waiver(reason="-")),
    "a waiver without an owner": Fault("audit/waivers.yml:2: W-1 lacks owner, a text.", waiver(owner="")),
    "a waiver without an end": Fault("audit/waivers.yml:2: W-1 lacks until, a text.", waiver(until="-")),
    "a waiver with half a reason": Fault(
        "audit/waivers.yml:2: the reason of W-1 must have at least 15 characters.", waiver(reason="Later.")
    ),
    "a waiver with a day that does not exist": Fault(
        "audit/waivers.yml:2: until of W-1 must be a date such as 2026-12-31.", waiver(until="2026-02-30")
    ),
    "a waiver with more than waivers have": Fault(
        "audit/waivers.yml:2: W-1 has because, which waivers do not have.", waiver(because="x")
    ),
    "own checks that are no YAML": Fault("audit/local/checks.yml is not well-formed", local("checks: [")),
    "an own check without a reason": Fault(
        "audit/local/checks.yml:1: a check lacks reason.",
        local("checks: [{id: A1.x, item: A1, kind: contract, title: t}]"),
    ),
    "an own check of an unknown kind": Fault(
        "A1.ours is of the kind magic; there are contract,", local(OURS + ", kind: magic}]")
    ),
    "an own check that selects nothing": Fault(
        "A1.ours selects 'moon'; there are", local(OURS + ", kind: contract, select: moon}]")
    ),
    "an own check of which the pattern is none": Fault(
        "must_not of A1.ours is no pattern:",
        local(OURS + ", kind: layout, files: [README.md], must_not: '('}]"),
        words=("static", "--only", "A1.ours"),
    ),
    "own vectors that are no list": Fault(
        "audit/local/vectors.yml must have a list of vectors.",
        {"audit/local/vectors.yml": "vectors: 1"},
        words=("audit", "--only", "raw"),
    ),
    "an own vector that expects nothing": Fault(
        "audit/local/vectors.yml:1: a vector has name and check, texts, and send and status, lists.",
        {"audit/local/vectors.yml": "vectors: [{name: n, check: SEC.http-plain, send: [x]}]"},
        words=("audit", "--only", "raw"),
    ),
    "a part that nobody knows": Fault(
        "There is no item, check or kind D99; `audit list` shows all.", words=("static", "--only", "D99")
    ),
    "a part that is not static": Fault(
        "Nothing of that can be checked without the running service.", words=("static", "--only", "rest")
    ),
    "an explanation of nothing": Fault("There is no item or check D99", words=("explain", "D99")),
    "an explanation without a name": Fault("Say what to explain: an item such as A5, or a check", words=("explain",)),
    "a folder without a service": Fault("audit/audit.yml is not there.", words=("static", "--service", "docs")),
    "reports that cannot be written": Fault(
        "The reports in README.md/reports cannot be written: Not a directory.",
        words=("static", "--only", "P4", "--out", "README.md/reports"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_what_is_broken_is_told_in_one_sentence(service: Audited, fault: Fault) -> None:
    """Exit code 2, and what is wrong and where."""
    for name, text in fault.files.items():
        service.write(name, text)
    for name, (old, new) in fault.edits.items():
        service.replace(name, old, new)
    said = service.call(*fault.words)
    assert sentence(said.returncode, said.stderr).find(fault.sentence) >= 0, said.stderr


def test_a_migration_that_is_no_text_is_told_in_one_sentence(service: Audited) -> None:
    """Somebody saved it in the way of another age."""
    (service.folder / "db" / "migrations" / "20270101000000_old.sql").write_bytes(b"-- migrate:up\n-- caf\xe9\n")
    said = service.call(*STATIC)
    told = sentence(said.returncode, said.stderr)
    assert told.startswith("db/migrations/20270101000000_old.sql cannot be read: 'utf-8' codec can't decode byte 0xe9")


def sentence(code: int, stderr: str) -> str:
    """The one sentence that was said."""
    assert code == 2, stderr
    lines = stderr.splitlines()
    assert len(lines) == 1, stderr
    assert not re.search(r"Traceback|broke off in|\w+Error\b", stderr), stderr
    return lines[0]


def test_what_needs_no_broken_contract_is_checked_all_the_same(service: Audited) -> None:
    """The report has the other results, and says that it is a part, in each of its forms."""
    service.write(CONTRACT, "openapi: [")
    said = service.audit("static")
    assert said.report["partial"] is True
    assert said.report["broken"] == [sentence(said.code, said.err)]
    assert said.states["P1"] == said.states["P4"] == "PASS"
    assert said.states["A1"] == "NOT RUN"
    assert said.checks["A1.plural"]["why"] == said.report["broken"][0]
    marked(service.folder / ".local" / "reports", said)


def marked(reports: Path, said: Said) -> None:
    """Each report says that it is a part."""
    partial = "The audit broke off: this is only a part."
    assert partial in said.out
    assert partial in (reports / "audit.md").read_text(encoding="utf-8")
    assert '"executionSuccessful": false' in (reports / "audit.sarif").read_text(encoding="utf-8")
    assert "<error message=" in (reports / "audit.xml").read_text(encoding="utf-8")


UNREACHABLE = "postgres://postgres@127.0.0.1:1/postgres"
STARTS = {
    "a database that does not answer": (
        {"TEST_DATABASE_URL": UNREACHABLE},
        "A database for the audit could not be made: ",
    ),
    "a database that only the service does not reach": (
        {"DATABASE_URL": UNREACHABLE},
        "the database at 127.0.0.1:1 does not answer",
    ),
    "a setting that makes no sense": ({"RATE_LIMIT_CALLER": "many"}, "RATE_LIMIT_CALLER"),
    "a secret that is missing": ({"API_KEY_PEPPER": ""}, "API_KEY_PEPPER"),
}


@pytest.mark.parametrize(("environment", "cause"), STARTS.values(), ids=STARTS.keys())
def test_a_service_that_does_not_start_is_told_with_its_cause(
    live: Audited, environment: Mapping[str, str], cause: str
) -> None:
    """What is static is kept, what needs the service is NOT RUN, and nothing is left running."""
    said = live.audit("audit", "--only", "P4,D1", **environment)
    told = sentence(said.code, said.err)
    assert told.startswith("The service does not start: ")
    assert cause in told
    assert said.states == {"P4": "PASS", "D1": "NOT RUN"}
    assert said.report["partial"] is True
