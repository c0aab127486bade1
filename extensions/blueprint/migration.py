"""The files of `db/migrations`: which steps each holds, and how it is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .step import Phase, Statement, Step

LONGEST_NAME = 70


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `db/migrations`.

    Attributes:
        version: Its moment in UTC, as yyyymmddhhmmss.
        first: Whether nothing was there before, so that nobody can be waiting for a lock.
    """

    version: str
    name: str
    steps: tuple[Step, ...]
    first: bool = False

    @property
    def file(self) -> str:
        return f"{self.version}_{self.name}"

    @property
    def options(self) -> str:
        """What the runner must know: PostgreSQL refuses some statements inside of a transaction."""
        return " transaction:false" if self._alone else ""

    @property
    def waits(self) -> bool:
        """Whether it may meet traffic, and should give up rather than queue everybody behind it."""
        return not (self.first or self._alone)

    @property
    def _alone(self) -> bool:
        return self.steps[0].phase is Phase.INDEX

    @property
    def up(self) -> tuple[Statement, ...]:
        return tuple(step.up for step in self.steps)

    @property
    def down(self) -> tuple[Statement, ...]:
        return tuple(step.down for step in reversed(self.steps) if step.down)


def migrations(steps: list[Step], now: datetime, *, first: bool) -> list[Migration]:
    """One file for each phase, but one for each index; their versions are a second apart."""
    change, proof, index, swap = ([step for step in steps if step.phase is phase] for phase in Phase)
    groups = [group for group in (change, proof, *([step] for step in index), swap) if group]
    return [
        Migration(f"{now + timedelta(seconds=i):%Y%m%d%H%M%S}", _name(group, first), tuple(group), first)
        for i, group in enumerate(groups)
    ]


def _name(group: list[Step], first: bool) -> str:
    """What the steps do, in words, and no longer than a file name should be; at least which table they change."""
    if first:
        return "initial"
    labels = list(dict.fromkeys(step.label for step in group if step.label))
    labels = labels or [f"change_{step.up.table.name}" for step in group if step.up.table][:1]
    whole = "_and_".join(labels)
    if len(whole) <= LONGEST_NAME:
        return whole
    more = f"_and_{len(labels) - 1}_more" if len(labels) > 1 else ""
    return labels[0][: LONGEST_NAME - len(more)].rstrip("_") + more
