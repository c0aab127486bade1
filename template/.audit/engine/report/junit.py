# Kept by the platform: docs/ownership.md says what that means.
"""The report as JUnit XML: a suite for each item, a case for each check."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from engine.catalogue import Catalogue
from engine.model import FAIL, NOT_APPLICABLE, NOT_RUN, WAIVED
from engine.runner import Outcome, Result

UNFIT = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]")


def junit(outcome: Outcome, known: Catalogue) -> str:
    """Returns the document. What was not run is an error; what was waived or does not apply is skipped."""
    suites = [_suite(item.id, item.title, outcome.of(item.id)) for item in known.items.values() if outcome.of(item.id)]
    return "\n".join(
        ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="audit">', *suites, "</testsuites>", ""]
    )


def _suite(item: str, title: str, results: list[Result]) -> str:
    states = [result.state for result in results]
    counts = (
        f'tests="{len(states)}" failures="{states.count(FAIL)}" errors="{states.count(NOT_RUN)}" '
        f'skipped="{states.count(WAIVED) + states.count(NOT_APPLICABLE)}"'
    )
    cases = "\n".join(_case(item, result) for result in results)
    return f"<testsuite name={_quoted(f'{item} {title}')} {counts}>\n{cases}\n</testsuite>"


def _case(item: str, result: Result) -> str:
    told = "\n".join(f"{finding.object}: {finding.message} {finding.place}" for finding in result.findings)
    inside = {
        FAIL: f"<failure message={_quoted(result.check.title)}>{escape(UNFIT.sub('?', told))}</failure>",
        NOT_RUN: f"<error message={_quoted(result.why)}/>",
        WAIVED: f"<skipped message={_quoted('waived: ' + told)}/>",
        NOT_APPLICABLE: '<skipped message="does not apply to this service"/>',
    }.get(result.state, "")
    name = f"{result.check.id}: {result.check.title}"
    return f"<testcase classname={_quoted(item)} name={_quoted(name)}>{inside}</testcase>"


def _quoted(text: str) -> str:
    return quoteattr(UNFIT.sub("?", text))
