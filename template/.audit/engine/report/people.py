# Kept by the platform: docs/ownership.md says what that means.
"""The report for people: a table on a terminal, and Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalogue import Catalogue
from engine.model import FAIL, NOT_APPLICABLE, NOT_RUN, PASS, WAIVED
from engine.runner import Outcome, Result

COLOURS = {PASS: "32", FAIL: "31;1", WAIVED: "33", NOT_RUN: "35;1", NOT_APPLICABLE: "2"}
MOST = 20  # findings of one check in a table; the rest is counted


def table(outcome: Outcome, known: Catalogue, *, colour: bool) -> str:
    """Returns the items with their states, and below them whatever is wrong."""
    items = [item for item in known.items.values() if outcome.of(item.id)]
    width = max((len(item.title) for item in items), default=0)
    lines = []
    for item in items:
        state = outcome.state(item.id)
        painted = f"\033[{COLOURS[state]}m{state:<14}\033[0m" if colour else f"{state:<14}"
        lines.append(f"{item.id:<4} {item.title:<{width}}  {painted} {_count(outcome, item.id)}".rstrip())
    for result in outcome.results.values():
        lines += _told(result)
    return "\n".join([*lines, "", _sum(outcome), ""])


def _count(outcome: Outcome, item: str) -> str:
    results = [result for result in outcome.of(item) if result.applies]
    ran = sum(result.ran for result in results)
    findings = sum(len(result.open) for result in results)
    told = f"{ran} checks" if ran == len(results) else f"{ran} of {len(results)} checks"
    return f"{told}, {findings} findings" if findings else told if results else ""


def _told(result: Result) -> Iterator[str]:
    if not result.applies or not (result.findings or result.state == NOT_RUN):
        return
    yield ""
    yield f"{result.check.id}: {result.check.title}"
    if result.state == NOT_RUN:
        yield f"  NOT RUN: {result.why}"
    for finding in result.findings[:MOST]:
        place = f" ({finding.place})" if finding.place and finding.place != finding.object else ""
        waiver = result.waived.get(finding)
        mark = f"waived until {waiver.until} by {waiver.id}: " if waiver else "" if result.enforced else "warning: "
        yield f"  {mark}{finding.object}: {finding.message}{place}"
    if len(result.findings) > MOST:
        yield f"  and {len(result.findings) - MOST} more"
    if result.open:
        yield f"  repair: {result.check.repair}"


def _sum(outcome: Outcome) -> str:
    items = {result.check.item for result in outcome.results.values()}
    states = [outcome.state(item) for item in items]
    counts = [f"{states.count(state)} {state}" for state in COLOURS if state in states]
    partial = " The audit broke off: this is only a part." if outcome.broken else ""
    return f"{', '.join(counts)} of {len(items)} items in {sum(outcome.seconds.values()):.1f} s.{partial}"


def markdown(outcome: Outcome, known: Catalogue) -> str:
    """Returns a summary that fits a comment on a pull request."""
    lines = ["# Audit", "", _sum(outcome), "", "| Item | State | |", "| --- | --- | --- |"]
    for item in known.items.values():
        if outcome.of(item.id):
            lines.append(f"| {item.id} {item.title} | {outcome.state(item.id)} | {_count(outcome, item.id)} |")
    for result in outcome.results.values():
        told = list(_told(result))
        if told:
            lines += ["", f"**{_safe(told[1])}**", "", *(f"- {_safe(line.strip())}" for line in told[2:])]
    return "\n".join([*lines, ""])


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
