"""A waiver is exact, has a reason, an owner and an end, and covers something; any other one is refused and said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from tests.auditing import Audited, Said

LAYOUT = ("static", "--only", "layout,W")
OBJECT = "docs/runbook.md"
REASON = "The runbook is written in the week of the launch."


def day(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def waive(service: Audited, *waivers: Mapping[str, str]) -> None:
    given = []
    for number, waiver in enumerate(waivers, 1):
        members: dict[str, str] = {
            "id": f"W-{number}",
            "check": "P4.written",
            "object": OBJECT,
            "reason": REASON,
            "owner": "@acme/billing",
            "until": day(30),
            **waiver,
        }
        given.append("  - " + "\n    ".join(f'{name}: "{value}"' for name, value in members.items()))
    service.write("audit/waivers.yml", "waivers:\n" + "\n".join(given) + "\n")


@pytest.fixture
def faulty(service: Audited) -> Audited:
    """A service without a runbook."""
    (service.folder / OBJECT).unlink()
    return service


def refusals(said: Said) -> list[tuple[str, str, str, str]]:
    """What was said of waivers: the check, the waiver, the sentence, the place."""
    return [(name, f["object"], f["message"], f["place"]) for name, f in said.findings if name.startswith("W.")]


@pytest.mark.parametrize("days", [0, 30, 180])
def test_an_exact_waiver_waives_until_its_last_day(faulty: Audited, days: int) -> None:
    """The finding stays in the report, with the waiver beside it."""
    waive(faulty, {"until": day(days)})
    said = faulty.audit(*LAYOUT)
    assert (said.code, said.err) == (0, ""), said.out
    assert (said.states["P4"], said.states["W"]) == ("WAIVED", "PASS")
    assert said.found("P4.written")[0]["waiver"] == {"id": "W-1", "until": day(days), "owner": "@acme/billing"}
    assert f"  waived until {day(days)} by W-1: {OBJECT}: is not there" in said.out


SECRET = {"check": "SEC.secret-in-tree", "object": "README.md"}
REFUSED = {
    "any check": ({"check": "P4.*"}, "W.wildcard", "names more than one thing; write a waiver for each"),
    "any object": ({"object": "docs/*"}, "W.wildcard", "names more than one thing; write a waiver for each"),
    "ended": ({"until": day(-1)}, "W.expired", f"it ended on {day(-1)}"),
    "too long": ({"until": day(181)}, "W.too-far", f"it ends on {day(181)}, later than {day(180)}"),
    "an unknown check": ({"check": "P4.writen"}, "W.unknown", "there is no check P4.writen"),
    "an item": ({"check": "P4"}, "W.unknown", "there is no check P4"),
    "security": (SECRET, "W.not-waivable", "what belongs to SEC cannot be waived"),
    "a waiver": ({"check": "W.expired", "object": "W-1"}, "W.not-waivable", "what belongs to W cannot be waived"),
    "who may do what": ({"check": "A7.foreign-item"}, "W.not-waivable", "what belongs to A7 cannot be waived"),
}


@pytest.mark.parametrize(("waiver", "check", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_waiver_that_is_refused_waives_nothing(
    faulty: Audited, waiver: Mapping[str, str], check: str, sentence: str
) -> None:
    """It is a finding itself, with a sentence and its line."""
    waive(faulty, waiver)
    said = faulty.audit(*LAYOUT)
    assert said.code == 1
    assert refusals(said) == [(check, "W-1", sentence, "audit/waivers.yml:2")]
    assert (said.states["P4"], said.states["W"]) == ("FAIL", "FAIL")
    assert f"  W-1: {sentence} (audit/waivers.yml:2)" in said.out


def test_what_belongs_to_security_stays_red_whatever_a_waiver_says(service: Audited) -> None:
    """The finding itself is open, not only the waiver refused."""
    service.write("notes.txt", "-----BEGIN " + "PRIVATE KEY-----\n")
    waive(service, {"check": "SEC.secret-in-tree", "object": "notes.txt"})
    said = service.audit(*LAYOUT)
    assert said.states["SEC"] == "FAIL"
    assert said.found("SEC.secret-in-tree")[0] | {"message": ""} == {
        "object": "notes.txt", "message": "", "place": "notes.txt:1", "waiver": None
    }  # fmt: skip


def test_a_waiver_that_covers_nothing_any_more_is_said(service: Audited) -> None:
    """What has been repaired needs no exception."""
    waive(service, {})
    said = service.audit(*LAYOUT)
    assert said.code == 1
    sentence = f"P4.written finds nothing at {OBJECT}; delete it"
    assert refusals(said) == [("W.stale", "W-1", sentence, "audit/waivers.yml:2")]


def test_a_waiver_of_what_was_not_looked_at_is_not_stale(service: Audited) -> None:
    """A part of the audit, or one without the service, says nothing of the rest."""
    waive(service, {}, {"check": "D2.not-uuid", "object": "public.letters.id"})
    said = service.audit("static", "--only", "P1,W")
    assert (said.code, refusals(said)) == (0, [])


def test_a_second_object_needs_a_second_waiver(faulty: Audited) -> None:
    """One waiver covers one thing."""
    (faulty.folder / "Dockerfile").rename(faulty.folder / "Containerfile")
    architecture = faulty.read("docs/architecture.md")
    faulty.write("docs/architecture.md", architecture.replace("## What is cached", "## What is kept"))
    waive(faulty, {})
    said = faulty.audit(*LAYOUT)
    assert (said.states["P4"], said.states["P5"]) == ("WAIVED", "FAIL")
    waive(faulty, {}, {"check": "P5.caches", "object": "docs/architecture.md"})
    assert faulty.audit(*LAYOUT).states["P5"] == "WAIVED"


@pytest.mark.parametrize("member", ["id", "check and object"])
def test_two_waivers_that_are_alike_are_refused(faulty: Audited, member: str) -> None:
    """Nobody would know which of them holds."""
    waive(faulty, {}, {"id": "W-1", "check": "P5.caches"} if member == "id" else {})
    said = faulty.audit(*LAYOUT)
    assert said.code == 2
    assert said.err.rstrip().endswith(f"has the {member} of another waiver.")


OURS = """\
checks:
  - id: P4.changes
    item: P4
    kind: layout
    title: What changes is written down
    reason: Whoever updates wants to know.
    source: decision 12
    repair: Write CHANGES.md.
    enforced_from: {day}
    files: [CHANGES.md]
    any: true
"""


def test_a_new_check_only_warns_until_its_day(service: Audited) -> None:
    """A service that was green yesterday is green today, and says what is to come."""
    service.write("audit/local/our-checks.yml", OURS.format(day=day(1)))
    said = service.audit(*LAYOUT)
    assert (said.code, said.err) == (0, "")
    assert said.states["P4"] == "PASS"
    assert "  warning: CHANGES.md: is not there" in said.out
    assert (said.checks["P4.changes"]["enforced"], len(said.found("P4.changes"))) == (False, 1)


def test_a_check_counts_from_its_day_on(service: Audited) -> None:
    """The same finding, a day later."""
    service.write("audit/local/our-checks.yml", OURS.format(day=day(0)))
    said = service.audit(*LAYOUT)
    assert (said.code, said.states["P4"]) == (1, "FAIL")
