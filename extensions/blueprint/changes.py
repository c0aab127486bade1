"""What this run must add to a service that may exist already: wanted minus applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import steps
from .difference import column_steps, other_steps
from .elements import Resource
from .errors import ModelError
from .facts import Facts, from_facts, to_facts
from .migration import Migration, migrations
from .names import Name
from .step import Step
from .table import Index, Table
from .tables import service_role
from .triggers import Trigger, triggers

Applied = Mapping[str, Any]

NOTHING: Applied = {"parts": [], "tables": {}}


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


def functions(tables: tuple[Table, ...], applied: Applied) -> list[str]:
    """What it writes under `applied.functions`: they stay when the last table that needs them is dropped by hand."""
    return list(dict.fromkeys([*_built_functions(tables, applied), *_functions(tables)]))


def new_migrations(tables: tuple[Table, ...], applied: Applied, now: datetime, service: Name) -> list[Migration]:
    """The files this run must write: none, one, or more where a step needs a file of its own."""
    first = not applied.get("tables") and not applied.get("parts")
    role = service_role(service)
    return migrations([steps.open_books(role)] * first + _steps(tables, applied), now, first=first)


def _steps(tables: tuple[Table, ...], applied: Applied) -> list[Step]:
    before = _before(tables, applied)
    created = [table for table in tables if table.name.snake not in before]
    _check_plurals(tables, before)
    changed = [(before[t.name.snake], t) for t in _with_retired(tables, applied) if t.name.snake in before]
    built = _built_functions(tables, applied)
    missing = [name for name in _functions(tables) if name not in built]
    return [
        *(steps.create_function(name) for name in missing),
        *(step for old, new in changed for step in column_steps(old, new)),
        *(steps.create_table(table, _left_behind(table, created)) for table in created),
        *(step for old, new in changed for step in other_steps(old, new)),
    ]


def _check_plurals(tables: tuple[Table, ...], before: Mapping[str, Table]) -> None:
    wanted = {table.name for table in tables}
    left = {table.resource: table.name for table in before.values() if table.name not in wanted}
    for table in tables:
        was = left.get(table.resource)
        if was and table.name.snake not in before:
            raise ModelError(
                f"{table.resource}: plural cannot change, for the rows that exist are in {was} and callers know "
                f"its path; say plural: {was}, or begin a new resource."
            )


def _before(tables: tuple[Table, ...], applied: Applied) -> dict[str, Table]:
    role = tables[0].role if tables else ""
    return {name: from_facts(name, body, role) for name, body in applied.get("tables", {}).items()}


def _built_functions(tables: tuple[Table, ...], applied: Applied) -> list[str]:
    """The first versions remembered those alone that tables need."""
    return [*applied.get("functions", ()), *_functions(_before(tables, applied).values())]


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
        indexes=tuple(_as_built(index, old) for index in table.indexes)
        + tuple(index for index in old.indexes if not set(retired).isdisjoint(index.columns)),
        retired=retired,
    )


def _as_built(index: Index, old: Table) -> Index:
    """An index that was built when no row could be soft-deleted serves live rows as well; a uniqueness does not."""
    full = replace(index, live=False)
    return full if full in old.indexes and not index.unique else index
