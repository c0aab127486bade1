"""A team has checks of its own, in the form of those of the platform, and they count as much."""

from __future__ import annotations

import re

from tests.auditing import Audited

RULE = "audit/local/our-checks.yml"
COMMON = "source: decision 12, repair: Ask the team., reason: We were bitten once."
QUERY = f"""\
checks:
  - {{id: D2.notes-first, item: D2, kind: database, title: No table is about notes, enforced_from: 2026-01-01, {COMMON},
     find: "select fq, 'is about ' || relname from rel where relname ~ '^notes'"}}
"""
VECTOR = """\
vectors:
  - name: a teapot
    check: SEC.http-plain
    send: ["GET {get} HTTP/1.1\\r\\nHost: {host}\\r\\n{credential}\\r\\n"]
    status: [418]
"""


def example(service: Audited) -> str:
    """The check that the page shows."""
    blocks = re.findall(r"^```yaml\n(checks:.*?)^```$", service.read("docs/how-to/audit.md"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def test_the_example_of_the_page_works_as_it_stands(service: Audited) -> None:
    """It finds nothing, and it finds what it is about."""
    service.write(RULE, example(service))
    said = service.audit("static", "--only", "A1")
    assert (said.code, said.checks["A1.our-ids"]["state"]) == (0, "PASS")
    service.write(RULE, example(service).replace("_id", "_key"))
    said = service.audit("static", "--only", "A1")
    assert (said.code, said.states["A1"]) == (1, "FAIL")
    found = said.found("A1.our-ids")
    assert {finding["message"] for finding in found} >= {"customer_id does not end with _key"}
    assert all(re.fullmatch(r"api/rest/\w+\.yaml:\d+", finding["place"]) for finding in found)


def test_a_query_of_the_team_is_asked_too(stored: Audited) -> None:
    """What it finds has the line of the migration, as all that is found in the schema has."""
    stored.write(RULE, QUERY)
    said = stored.audit("audit", "--only", "D2.notes-first")
    assert said.code == 1, said.out + said.err
    [finding] = said.found("D2.notes-first")
    assert (finding["object"], finding["message"]) == ("public.notes", "is about notes")
    assert finding["place"].startswith("db/migrations/")


def test_bytes_of_the_team_are_sent_too(live: Audited) -> None:
    """What comes back is held against what the team expects."""
    live.write("audit/local/vectors.yml", VECTOR)
    said = live.audit("audit", "--only", "SEC.http-plain")
    assert said.code == 1, said.out + said.err
    assert [finding["object"] for finding in said.found("SEC.http-plain")] == ["a teapot"]
