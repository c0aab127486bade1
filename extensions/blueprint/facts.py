"""Tables as facts: what the answers file remembers of what was built, one line for each table.

The facts are data and never SQL, so that a better way to print a table changes nothing that was applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .names import Name
from .table import Check, Column, ForeignKey, Index, Literal, Table

Facts = dict[str, Any]


def to_facts(table: Table) -> Facts:
    """A table as plain data; what is usual is left out."""
    return _said(
        resource=table.resource.snake,
        delete=table.delete,
        owned=table.owned,
        columns={column.name.snake: _column(column) for column in table.columns},
        checks={check.name: _check(check) for check in table.checks},
        references={key.name: _reference(key) for key in table.references},
        unique={index.name: _index(index) for index in table.indexes if index.unique},
        indexes={index.name: _index(index) for index in table.indexes if not index.unique},
        retired=[column.snake for column in table.retired],
    )


def from_facts(name: str, facts: Mapping[str, Any], role: str) -> Table:
    """The table that was built, without its prose."""
    uniques = tuple(_to_index(key, body, unique=True) for key, body in facts.get("unique", {}).items())
    indexes = tuple(_to_index(key, body, unique=False) for key, body in facts.get("indexes", {}).items())
    return Table(
        name=Name(name),
        resource=Name(facts["resource"]),
        about="",
        delete=facts["delete"],
        owned=facts.get("owned", False),
        role=role,
        columns=tuple(_to_column(key, body) for key, body in facts["columns"].items()),
        checks=tuple(_to_check(key, body) for key, body in facts.get("checks", {}).items()),
        references=tuple(_to_reference(key, body) for key, body in facts.get("references", {}).items()),
        indexes=uniques + indexes,
        retired=tuple(Name(column) for column in facts.get("retired", ())),
    )


def _said(**facts: Any) -> Facts:
    return {key: value for key, value in facts.items() if value not in (None, False, {}, [], "")}


def _plain(value: Literal | None) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _column(column: Column) -> str | Facts:
    facts: Facts = {"type": column.type}
    facts |= {"optional": True} if column.optional else {}
    facts |= {"default": _plain(column.default)} if column.default is not None else {}
    facts |= {"default_now": True} if column.now else {}
    return column.type if len(facts) == 1 else facts


def _to_column(name: str, facts: str | Mapping[str, Any]) -> Column:
    body: Mapping[str, Any] = {"type": facts} if isinstance(facts, str) else facts
    default = body.get("default")
    return Column(
        name=Name(name),
        type=body["type"],
        optional=body.get("optional", False),
        default=Decimal(default) if default is not None and body["type"].startswith("numeric") else default,
        now=body.get("default_now", False),
    )


def _check(check: Check) -> Facts:
    facts = {"kind": check.kind, "column": check.column.snake, "min": _plain(check.low), "max": _plain(check.high)}
    facts |= {"values": list(check.values) or None}
    return {key: value for key, value in facts.items() if value is not None}


def _to_check(name: str, facts: Mapping[str, Any]) -> Check:
    low, high = (_bound(facts.get(key)) for key in ("min", "max"))
    return Check(name, facts["kind"], Name(facts["column"]), low, high, tuple(facts.get("values", ())))


def _bound(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def _reference(key: ForeignKey) -> Facts:
    return _said(column=key.column.snake, table=key.table.snake, on_delete=key.on_delete, live=key.live)


def _to_reference(name: str, facts: Mapping[str, Any]) -> ForeignKey:
    live = facts.get("live", False)
    return ForeignKey(name, Name(facts["column"]), Name(facts["table"]), facts["on_delete"], live)


def _index(index: Index) -> Facts:
    columns = [column.snake for column in index.columns]
    return _said(columns=columns, lower=[column.snake for column in index.folded], live=index.live)


def _to_index(name: str, facts: Mapping[str, Any], *, unique: bool) -> Index:
    columns, folded = (tuple(Name(column) for column in facts.get(key, ())) for key in ("columns", "lower"))
    return Index(name, columns, unique, folded, facts.get("live", False))
