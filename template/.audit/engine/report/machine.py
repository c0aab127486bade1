# Kept by the platform: docs/ownership.md says what that means.
"""The report as JSON; report.schema.json beside audit.py describes it."""

from __future__ import annotations

from typing import Any

from engine.catalogue import Catalogue
from engine.model import Finding
from engine.runner import Outcome, Result

VERSION = 1  # grows when a reader would have to change


def as_json(outcome: Outcome, known: Catalogue) -> dict[str, Any]:
    """Returns the whole outcome."""
    items = [item for item in known.items.values() if outcome.of(item.id)]
    return {
        "version": VERSION,
        "exit_code": outcome.code,
        "partial": bool(outcome.broken),
        "broken": outcome.broken,
        "seconds": {kind: round(seconds, 2) for kind, seconds in outcome.seconds.items()},
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "state": outcome.state(item.id),
                "checks": [_check(result) for result in outcome.of(item.id)],
            }
            for item in items
        ],
    }


def _check(result: Result) -> dict[str, Any]:
    return {
        "id": result.check.id,
        "title": result.check.title,
        "kind": result.check.kind,
        "state": result.state,
        "enforced": result.enforced,
        "evidence": "; ".join(result.evidence),
        "why": result.why,
        "findings": [_finding(result, finding) for finding in result.findings],
    }


def _finding(result: Result, finding: Finding) -> dict[str, Any]:
    waiver = result.waived.get(finding)
    return {
        "object": finding.object,
        "message": finding.message,
        "place": finding.place,
        "waiver": {"id": waiver.id, "until": waiver.until.isoformat(), "owner": waiver.owner} if waiver else None,
    }
