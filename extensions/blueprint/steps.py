"""The steps of a migration: each is a statement and the one that undoes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .names import Name
from .table import Check, Column, ForeignKey, Index, Table, literal
from .triggers import Trigger, triggers

Part = str | Column | Index | Trigger | tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        macro: The macro of `extensions/macros` that prints it.
        table: The table it is about; none for a function.
        part: The part of the table it is about, or what is done to the table.
    """

    macro: str
    table: Table | None
    part: Part


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, and how it is undone.

    Attributes:
        label: What it does, for the name of the migration; empty where another step says it already.
        alone: Whether it must run outside of a transaction, and so in a migration of its own.
        proof: The step that proves for existing rows what this one only promises for new ones.
    """

    up: Statement
    down: Statement | None
    label: str = ""
    alone: bool = False
    proof: Step | None = None


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


def add_constraint(table: Table, part: Check | ForeignKey) -> Step:
    """Not valid at first: the proof reads the whole table, and nobody should wait for it."""
    return _alter(table, f"add {part.definition} not valid", f"drop constraint {part.name}", proof=_proof(table, part))


def widen_check(table: Table, old: Check, new: Check) -> Step:
    up, down = (f"drop constraint {old.name}, add {check.definition}" for check in (new, old))
    return _alter(table, f"{up} not valid", down, _widen(table.name, new.column), _proof(table, new))


def drop_check(table: Table, check: Check) -> Step:
    return _alter(table, f"drop constraint {check.name}", f"add {check.definition}", _widen(table.name, check.column))


def _widen(table: Name, column: Name) -> str:
    return f"widen_{column}_of_{table}"


def _proof(table: Table, part: Check | ForeignKey) -> Step:
    undo = f"drop constraint {part.name}, add {part.definition} not valid"
    return _alter(table, f"validate constraint {part.name}", undo, f"validate_{part.name}")


def create_index(table: Table, index: Index) -> Step:
    create, drop = (Statement(f"{verb}_index_concurrently", table, index) for verb in ("create", "drop"))
    return Step(create, drop, f"create_{index.name}", alone=True)


def drop_index(table: Table, index: Index) -> Step:
    create, drop = (Statement(f"{verb}_index_concurrently", table, index) for verb in ("create", "drop"))
    return Step(drop, create, f"drop_{index.name}", alone=True)


def drop_unique(table: Table, index: Index) -> Step:
    return _alter(table, f"drop constraint {index.name}", f"add {index.definition}", f"drop_{index.name}")


def change_delete(old: Table, new: Table) -> list[Step]:
    """From or to append-only: the service may do more, or less, and the comment says so."""
    verb, undo = ("revoke", "grant") if new.delete == "append-only" else ("grant", "revoke")
    more = "update, delete"
    label = f"{verb}_update_and_delete_on_{new.name}"
    note, old_note = new.note, replace(new, delete=old.delete).note
    return [
        Step(Statement(verb, new, more), Statement(undo, new, more), label),
        Step(Statement("comment_on_table", new, note), Statement("comment_on_table", new, old_note)),
    ]


def _alter(table: Table, up: str, down: str, label: str = "", proof: Step | None = None) -> Step:
    return Step(Statement("alter_table", table, up), Statement("alter_table", table, down), label, proof=proof)
