"""What became of a fault, and whether all of them together are good enough."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.model import Finding
from engine.selftest import FOUND, MISSED, Verdict

from tests.kill.catalogue import Fault

ENOUGH = 0.98  # of all faults; of the grave ones, all
ROW = "{:12}{:>8}{:>8}{:>22}{:>14}"


@dataclass(frozen=True, slots=True)
class Clean:
    """Something without a fault, and what the audit has against it all the same."""

    name: str
    looked: str
    against: Sequence[str]


def verdict(fault: Fault, found: Iterable[Finding], began: float, instead: str = "") -> Verdict:
    """Whether the check that is meant for a fault has found it, and which others have; `instead` says why not."""
    found = list(found)
    mine = next((f"{finding.object}: {finding.message}" for finding in found if finding.check == fault.expected), "")
    others = tuple(sorted({finding.check for finding in found} - {fault.expected}))
    state = FOUND if mine else MISSED
    return Verdict(fault.name, fault.expected, state, mine or instead, others, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Score:
    """All that was tried."""

    verdicts: Sequence[tuple[Fault, Verdict]]
    clean: Sequence[Clean]

    @property
    def misses(self) -> list[tuple[Fault, Verdict]]:
        """The faults that the check that is meant for them has not found."""
        return [(fault, told) for fault, told in self.verdicts if told.state != FOUND]

    @property
    def enough(self) -> bool:
        """Every grave fault is found, nearly all others are, and nothing is found where nothing is."""
        grave = any(fault.grave for fault, _ in self.misses)
        share = len(self.misses) <= (1 - ENOUGH) * len(self.verdicts)
        return not grave and share and not any(clean.against for clean in self.clean)

    def table(self) -> str:
        """The score for people."""
        kinds = list(dict.fromkeys(fault.kind for fault, _ in self.verdicts))
        lines = [ROW.format("kind", "faults", "found", "by the check meant", "of security"), *map(self._row, kinds)]
        if len(kinds) > 1:
            lines.append(self._row(""))
        lines += [f"missed: {fault.name} by {fault.expected}, {told.state}" for fault, told in self.misses]
        for clean in self.clean:
            lines.append(f"{clean.name}: {len(clean.against)} findings in {clean.looked}")
            lines += [f"  {told}" for told in clean.against]
        return "\n".join(lines if kinds else lines[1:])

    def _row(self, kind: str) -> str:
        mine = [(fault, told) for fault, told in self.verdicts if not kind or fault.kind == kind]
        found = [fault for fault, told in mine if told.state == FOUND]
        anyhow = [fault for fault, told in mine if told.state == FOUND or told.others]
        grave = [fault for fault, _ in mine if fault.grave]
        secure = f"{sum(fault.grave for fault in found)} of {len(grave)}"
        return ROW.format(kind or "all", len(mine), len(anyhow), len(found), secure)
