# Kept by the platform: docs/ownership.md says what that means.
"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from engine.model import Finding
from engine.runner import Outcome, Result
from engine.waivers import Waiver

LINE = re.compile(r"^(?P<file>[^:\s]+\.[a-z]+):(?P<line>[1-9][0-9]*)$")


def sarif(outcome: Outcome) -> dict[str, Any]:
    """Returns the log: a rule for each check, a result for each finding, waivers as suppressions."""
    results = list(outcome.results.values())
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "audit", "version": "1", "rules": [_rule(result) for result in results]}},
                "invocations": [
                    {
                        "executionSuccessful": not outcome.broken,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": sentence}} for sentence in outcome.broken
                        ],
                    }
                ],
                "results": [
                    _result(index, result, finding)
                    for index, result in enumerate(results)
                    for finding in result.findings
                ],
            }
        ],
    }


def _rule(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "id": check.id,
        "name": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": f"{check.reason} Source: {check.source}."},
        "help": {"text": check.repair},
        "properties": {"item": check.item, "kind": check.kind},
    }


def _result(index: int, result: Result, finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": index,
        "level": "error" if result.enforced else "warning",
        "message": {"text": f"{finding.object}: {finding.message}"},
        "locations": [_location(result, finding)],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }
    if waiver := result.waived.get(finding):
        told["suppressions"] = [_suppression(waiver)]
    return told


def _location(result: Result, finding: Finding) -> dict[str, Any]:
    """Viewers want a file. What has none is shown at the check."""
    match = LINE.match(finding.place) or LINE.match(result.check.place)
    file, line = (match["file"], int(match["line"])) if match else ("audit/audit.yml", 1)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": file, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.object or finding.check}],
    }


def _fingerprint(finding: Finding) -> str:
    return hashlib.sha256(f"{finding.check}\0{finding.object}".encode()).hexdigest()[:32]


def _suppression(waiver: Waiver) -> dict[str, Any]:
    text = f"{waiver.id} until {waiver.until} ({waiver.owner}): {waiver.reason}"
    return {"kind": "external", "status": "accepted", "justification": text}
