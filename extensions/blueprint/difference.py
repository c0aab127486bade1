"""The steps from the tables that were built to the tables that are wanted, or why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from json import dumps

from . import steps
from .errors import ModelError
from .facts import to_facts
from .step import Step
from .table import Column, ForeignKey, Index, Table
from .triggers import guards, triggers

BY_HAND = (
    "write that migration with `make migration`, then set applied.tables.{place} in .copier-answers.yml to {fact}."
)


def column_steps(old: Table, new: Table) -> list[Step]:
    """The steps for the columns of one table: they need no other table, and new tables may need them.

    Here and below `new` still has the retired columns and what belongs to them.
    """
    _check_nature(old, new)
    return list(_columns(old, new))


def other_steps(old: Table, new: Table) -> list[Step]:
    """All other steps for one table; they may need new tables."""
    return [
        *_checks(old, new),
        *_references(old, new),
        *_triggers(old, new),
        *_indexes(old, new),
        *(steps.change_delete(old, new) if old.delete != new.delete else ()),
    ]


def _check_nature(old: Table, new: Table) -> None:
    if old.owned != new.owned:
        reason = "whose are the rows that exist" if new.owned else "every caller would see all rows that exist"
        raise ModelError(f"{new.resource}: owned cannot change, for {reason}; take it back, or begin a new resource.")
    if old.soft_delete and not new.soft_delete:
        reason = "the rows that were deleted would come back"
        raise ModelError(f"{new.resource}: soft_delete cannot end, for {reason}; leave it, or begin a new resource.")


def _columns(old: Table, new: Table) -> Iterator[Step]:
    for column in new.columns:
        was = old.column(column.name)
        if was is None:
            _check_fillable(new, column)
            yield steps.add_column(new, column)
            if column.note:
                yield steps.comment_on_column(new, column)
        elif column.name in new.retired:
            if not was.optional:
                yield steps.retire_column(new, was)
        else:
            yield from _changed(old, new, was, column)


def _check_fillable(table: Table, column: Column) -> None:
    if not column.optional and column.default is None and not column.now:
        where = f"{table.resource}.{column.name}"
        raise ModelError(f"{where}: rows exist that have no value for it; make it optional or give it a default.")


def _changed(old: Table, new: Table, was: Column, column: Column) -> Iterator[Step]:
    if column.name in old.retired and not column.optional:
        where = f"{new.resource}.{column.name}"
        raise ModelError(f"{where}: it was retired and rows exist that have no value for it; make it optional.")
    if (was.type, was.optional) != (column.type, column.optional):
        raise _by_hand(new, "columns", column.name.snake, f"its column changes from {_words(was)} to {_words(column)}")
    if was.default != column.default:
        yield steps.change_default(new, was, column)


def _words(column: Column) -> str:
    return f"{'optional' if column.optional else 'required'} {column.type}"


def _checks(old: Table, new: Table) -> Iterator[Step]:
    before = {check.name: check for check in old.checks}
    for check in new.checks:
        was = before.pop(check.name, None)
        if was is None:
            if old.column(check.column):
                raise _by_hand(new, "checks", check.name, "existing rows may break its new limit")
            yield from steps.add_constraint(new, check)
        elif not check.contains(was):
            raise _by_hand(new, "checks", check.name, "existing rows may break its narrower limit")
        elif not was.contains(check):
            yield from steps.widen_check(new, was, check)
    yield from (steps.drop_check(new, check) for check in before.values())


def _references(old: Table, new: Table) -> Iterator[Step]:
    before = {key.name: key for key in old.references}
    for key in new.references:
        was = before.get(key.name)
        if was is None:
            yield from steps.add_constraint(new, key)
        elif replace(was, live=key.live) != key:
            changes = f"what it refers to, or its on_delete, changes{_guards(new, was, key)}"
            raise _by_hand(new, "references", key.name, changes)


def _guards(child: Table, was: ForeignKey, key: ForeignKey) -> str:
    """The triggers that speak of it: once the memory has the new fact, no later run writes them."""
    before, after = guards(child, was), guards(child, key)
    names = dict.fromkeys(trigger.name for trigger in before + after if trigger not in before or trigger not in after)
    return f", and with it the trigger {' and the trigger '.join(names)}" if names else ""


def _triggers(old: Table, new: Table) -> Iterator[Step]:
    before, after = set(triggers(old)), set(triggers(new))
    yield from (steps.drop_trigger(old, trigger) for trigger in triggers(old) if trigger not in after)
    yield from (steps.create_trigger(new, trigger) for trigger in triggers(new) if trigger not in before)


def _indexes(old: Table, new: Table) -> Iterator[Step]:
    before = {index.name: index for index in old.indexes}
    for index in new.indexes:
        was = before.pop(index.name, None)
        if was is None:
            if index.unique and not _is_empty(old, new, index):
                yield steps.check_unique(new, index)
            yield steps.create_index(new, index)
            if index.plain:
                yield steps.attach_unique(new, index)
        elif replace(was, live=index.live) != index:
            raise _by_hand(new, "unique" if index.unique else "indexes", index.name, "its columns change")
        elif was != index:
            yield from steps.narrow_unique(new, was, index)
    yield from _dropped(new, before.values())


def _is_empty(old: Table, new: Table, index: Index) -> bool:
    """Whether no row has a value for it yet."""
    added = (column for column in new.columns if column.name in index.columns and old.column(column.name) is None)
    return any(column.default is None for column in added)


def _dropped(table: Table, indexes: Iterable[Index]) -> Iterator[Step]:
    for index in indexes:
        yield steps.drop_unique(table, index) if index.plain else steps.drop_index(table, index)


def _by_hand(table: Table, kind: str, name: str, reason: str) -> ModelError:
    fact = to_facts(table)[kind][name]
    columns = {check.name: check.column for check in table.checks} | {key.name: key.column for key in table.references}
    member = columns.get(name, name)
    place = f"{table.name}.{kind}.{name}"
    return ModelError(f"{table.resource}.{member}: {reason}; {BY_HAND.format(place=place, fact=dumps(fact))}")
