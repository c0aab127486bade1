"""All steps that a migration can take: each is a statement and the one that undoes it.

What is dropped may be gone: where two branches are merged, the memory has all that one of them has.
"""

from __future__ import annotations

from dataclasses import replace

from .names import Name, constraint
from .step import Phase, Statement, Step
from .table import Check, Column, ForeignKey, Index, Table, literal
from .triggers import Trigger, triggers


def open_books(role: str) -> Step:
    return Step(Statement("open_books", None, role), Statement("close_books", None, role))


def create_function(name: str) -> Step:
    return Step(Statement("create_function", None, name), Statement("drop_function", None, name))


def create_table(table: Table, left_behind: tuple[Trigger, ...]) -> Step:
    """`left_behind` are its triggers on tables that outlive it."""
    up, down = Statement("create_table", table, triggers(table)), Statement("drop_table", table, left_behind)
    return Step(up, down, f"create_{table.name}")


def create_trigger(table: Table, trigger: Trigger) -> Step:
    return Step(Statement("create_trigger", table, trigger), Statement("drop_trigger", table, trigger))


def drop_trigger(table: Table, trigger: Trigger) -> Step:
    return Step(Statement("drop_trigger", table, trigger), Statement("create_trigger", table, trigger))


def comment_on_column(table: Table, column: Column) -> Step:
    """It goes with its column."""
    return Step(Statement("comment_on_column", table, column), None)


def add_column(table: Table, column: Column) -> Step:
    label = f"add_{column.name}_to_{table.name}"
    return _alter(table, f"add column {column.definition}", f"drop column {column.name.sql}", label)


def retire_column(table: Table, column: Column) -> Step:
    """Undoing it fails while rows without a value exist; which value they should get is not known here."""
    its = f"alter column {column.name.sql}"
    return _alter(table, f"{its} drop not null", f"{its} set not null", f"retire_{column.name}_of_{table.name}")


def change_default(table: Table, old: Column, new: Column) -> Step:
    label = f"change_default_of_{new.name}_of_{table.name}"
    return _alter(table, _default(new), _default(old), label)


def _default(column: Column) -> str:
    value = "drop default" if column.default is None else f"set default {literal(column.default)}"
    return f"alter column {column.name.sql} {value}"


def add_constraint(table: Table, part: Check | ForeignKey) -> list[Step]:
    add = _alter(table, f"add {part.definition} not valid", f"drop constraint {part.name}")
    return [add, _proof(table, part)]


def widen_check(table: Table, old: Check, new: Check) -> list[Step]:
    up, down = (f"drop constraint {old.name}, add {check.definition}" for check in (new, old))
    return [_alter(table, f"{up} not valid", down, _widen(table.name, new.column)), _proof(table, new)]


def drop_check(table: Table, check: Check) -> Step:
    up, down = f"drop constraint if exists {check.name}", f"add {check.definition}"
    return _alter(table, up, down, _widen(table.name, check.column))


def _widen(table: Name, column: Name) -> str:
    return f"widen_{column}_of_{table}"


def _proof(table: Table, part: Check | ForeignKey) -> Step:
    undo = f"drop constraint {part.name}, add {part.definition} not valid"
    return _alter(table, f"validate constraint {part.name}", undo, f"validate_{part.name}", Phase.PROOF)


def create_index(table: Table, index: Index) -> Step:
    create, drop = (Statement(f"{verb}_index_concurrently", table, index) for verb in ("create", "drop"))
    return Step(create, drop, f"create_{index.name}", Phase.INDEX)


def check_unique(table: Table, index: Index) -> Step:
    """Says which columns rows share, before an index is begun that could not be finished."""
    return Step(Statement("check_unique", table, index), None, f"check_{index.name}", Phase.PROOF)


def drop_index(table: Table, index: Index) -> Step:
    create, drop = (Statement(f"{verb}_index_concurrently", table, index) for verb in ("create", "drop"))
    return Step(drop, create, f"drop_{index.name}", Phase.INDEX)


def attach_unique(table: Table, index: Index) -> Step:
    """Makes the index that was built without a lock the constraint that a new table has; only where `plain`."""
    up, down = (Statement(f"{verb}_unique", table, index) for verb in ("attach", "detach"))
    return Step(up, down, f"attach_{index.name}", Phase.SWAP)


def drop_unique(table: Table, index: Index, phase: Phase = Phase.CHANGE) -> Step:
    add = Statement("alter_table", table, f"add {index.definition}")
    return Step(Statement("drop_unique", table, index), add, f"drop_{index.name}", phase)


def narrow_unique(table: Table, old: Index, new: Index) -> list[Step]:
    """From all rows to the live ones: the new index is built beside the old one, and then takes its name."""
    beside = replace(new, name=constraint(new.name, "live"))
    label = f"narrow_{new.name}"
    drop = replace(drop_unique(table, old, Phase.SWAP), label=label) if old.plain else drop_index(table, old)
    names = (beside.name, new.name)
    up, down = (Statement("rename_index", table, pair) for pair in (names, names[::-1]))
    return [create_index(table, beside), drop, Step(up, down, label, Phase.SWAP)]


def change_delete(old: Table, new: Table) -> list[Step]:
    """What deleting means: the comment says it, and from or to append-only the service may do more, or less."""
    old_note = replace(new, delete=old.delete).note
    comment = Step(Statement("comment_on_table", new, new.note), Statement("comment_on_table", new, old_note))
    if old.privileges == new.privileges:
        return [comment]
    verb, undo = ("revoke", "grant") if new.delete == "append-only" else ("grant", "revoke")
    more = "update, delete"
    label = f"{verb}_update_and_delete_on_{new.name}"
    return [Step(Statement(verb, new, more), Statement(undo, new, more), label), comment]


def _alter(table: Table, up: str, down: str, label: str = "", phase: Phase = Phase.CHANGE) -> Step:
    return Step(Statement("alter_table", table, up), Statement("alter_table", table, down), label, phase)
