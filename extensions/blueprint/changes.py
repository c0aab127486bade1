"""What this run must add to a service that may exist already: wanted minus applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from . import steps
from .difference import difference
from .elements import Resource
from .facts import Facts, from_facts, to_facts
from .names import Name
from .steps import Statement, Step
from .table import Table
from .tables import service_role
from .triggers import Trigger, triggers

Applied = Mapping[str, Any]

NOTHING: Applied = {"parts": [], "tables": {}}
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
        return " transaction:false" if self.steps[0].alone else ""

    @property
    def waits(self) -> bool:
        """Whether it may meet traffic, and should give up rather than queue everybody behind it."""
        return not (self.first or self.steps[0].alone)

    @property
    def up(self) -> tuple[Statement, ...]:
        return tuple(step.up for step in self.steps)

    @property
    def down(self) -> tuple[Statement, ...]:
        return tuple(step.down for step in reversed(self.steps) if step.down)


def new_parts(
    resources: tuple[Resource, ...], chosen: Iterable[str], known: Iterable[str], applied: Applied
) -> dict[str, tuple[Resource, ...]]:
    """For the core and every known part, the resources whose package lacks it yet; none for a part not chosen."""
    had = {"core", *applied.get("parts", ())}
    built = {facts["resource"] for facts in applied.get("tables", {}).values()}
    wanted = {"core", *chosen}
    return {
        part: tuple(r for r in resources if part in wanted and not (part in had and r.name.snake in built))
        for part in ("core", *known)
    }


def facts(tables: tuple[Table, ...], applied: Applied) -> dict[str, Facts]:
    """What the answers file writes under `applied.tables` after this run."""
    before: dict[str, Facts] = dict(applied.get("tables", {}))
    return before | {table.name.snake: to_facts(table) for table in _with_retired(tables, applied)}


def new_migrations(tables: tuple[Table, ...], applied: Applied, now: datetime, service: Name) -> list[Migration]:
    """The files this run must write: none, one, or more where a step needs a file of its own."""
    first = not applied.get("tables") and not applied.get("parts")
    role = service_role(service)
    wanted = [steps.open_books(role)] * first + _steps(tables, applied)
    together = [step for step in wanted if not step.alone]
    proofs = [step.proof for step in together if step.proof]
    groups = [together, proofs, *([step] for step in wanted if step.alone)]
    return [
        Migration(f"{now + timedelta(seconds=i):%Y%m%d%H%M%S}", _name(group, first), tuple(group), first)
        for i, group in enumerate(filter(None, groups))
    ]


def _steps(tables: tuple[Table, ...], applied: Applied) -> list[Step]:
    before = _before(tables, applied)
    found = [steps.create_function(name) for name in _functions(tables) if name not in _functions(before.values())]
    created = [table for table in tables if table.name.snake not in before]
    found += [steps.create_table(table, _left_behind(table, created)) for table in created]
    for table in _with_retired(tables, applied):
        if table.name.snake in before:
            found += difference(before[table.name.snake], table)
    return found


def _before(tables: tuple[Table, ...], applied: Applied) -> dict[str, Table]:
    role = tables[0].role if tables else ""
    return {name: from_facts(name, body, role) for name, body in applied.get("tables", {}).items()}


def _functions(tables: Iterable[Table]) -> list[str]:
    return list(dict.fromkeys(trigger.function for table in tables for trigger in triggers(table)))


def _left_behind(table: Table, created: list[Table]) -> tuple[Trigger, ...]:
    mortal = {other.name for other in created}
    return tuple(trigger for trigger in triggers(table) if trigger.table not in mortal)


def _with_retired(tables: tuple[Table, ...], applied: Applied) -> Iterator[Table]:
    """The wanted tables, with the columns they had before and what belongs to these."""
    before = _before(tables, applied)
    for table in tables:
        old = before.get(table.name.snake)
        yield _merged(table, old) if old else table


def _merged(table: Table, old: Table) -> Table:
    retired = tuple(column.name for column in old.columns if table.column(column.name) is None)
    return replace(
        table,
        columns=table.columns + tuple(replace(c, optional=True) for c in old.columns if c.name in retired),
        checks=table.checks + tuple(check for check in old.checks if check.column in retired),
        references=table.references + tuple(key for key in old.references if key.column in retired),
        indexes=table.indexes + tuple(index for index in old.indexes if not set(retired).isdisjoint(index.columns)),
        retired=retired,
    )


def _name(group: list[Step], first: bool) -> str:
    """What the steps do, in words, and no longer than a file name should be."""
    if first:
        return "initial"
    labels = list(dict.fromkeys(step.label for step in group if step.label))
    whole = "_and_".join(labels)
    if len(whole) <= LONGEST_NAME:
        return whole
    more = f"_and_{len(labels) - 1}_more" if len(labels) > 1 else ""
    return labels[0][: LONGEST_NAME - len(more)].rstrip("_") + more
