# Kept by the platform: docs/ownership.md says what that means.
"""Gathers what the probes find.

A check counts as carried out only if something was looked at for it, or if it is said why nothing could be.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST = 10  # findings of one check; the rest is counted


@dataclass
class Report:
    """Safe for use by several threads."""

    counts: Counter[str] = field(default_factory=Counter)
    excuses: dict[str, str] = field(default_factory=dict)
    findings: dict[str, dict[tuple[str, str], int]] = field(default_factory=lambda: defaultdict(dict))
    broken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def that(self, holds: bool, check: str, thing: str, message: object) -> bool:
        """Counts one look; if it does not hold, that is a finding about the thing."""
        with self._lock:
            self.counts[check] += 1
            if not holds:
                found = self.findings[check]
                key = (thing, str(message)[:400])
                found[key] = found.get(key, 0) + 1
        return holds

    def none(self, check: str, why: str) -> None:
        """Says why there was nothing to look at."""
        self.excuses.setdefault(check, why)

    def crashed(self, checks: set[str], why: str) -> None:
        """Says that checks could not be carried out to their end."""
        with self._lock:
            self.broken |= checks
            for check in checks:
                self.findings[check].setdefault((why, "the probe could not go on"), 1)

    def of(self, check: str) -> Iterator[tuple[str, str]]:
        """The findings of one check: the thing, and what is wrong with it."""
        found = list(self.findings.get(check, {}))
        yield from found[:MOST]
        if len(found) > MOST:
            yield "", f"and {len(found) - MOST} more"

    def done(self, check: str) -> bool:
        """Whether the check has been carried out."""
        return check not in self.broken and (self.counts[check] > 0 or check in self.excuses)

    def evidence(self, check: str) -> str:
        """How much was looked at, or why nothing was."""
        return f"{self.counts[check]} looked at" if self.counts[check] else self.excuses.get(check, "")
