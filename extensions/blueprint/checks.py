"""The rules that a field's limits become in its table."""

from __future__ import annotations

from typing import Any

from .column import Check
from .field import Field
from .names import Name, constraint


def checks(table: Name, field: Field) -> list[Check]:
    """The rules for one field: what the contract promises, the database holds to."""
    name, limits = field.name, field.limits

    def check(kind: str, column: Name, **detail: Any) -> Check:
        return Check(constraint(table.snake, column.snake, kind), kind, column, **detail)

    match field.type:
        case "text" | "email" | "url":
            return [check("length", name, low=limits.min_length or None, high=limits.max_length)]
        case "integer":
            return [check("range", name, low=limits.min, high=limits.max)]
        case "decimal" if limits.min is not None or limits.max is not None:
            return [check("range", name, low=limits.min, high=limits.max)]
        case "enum":
            return [check("values", name, values=tuple(value.wire for value in field.values))]
        case "json":
            return [check("object", name)]
        case "money":
            amount, currency = field.columns
            both = [check("range", amount, low=limits.min, high=limits.max), check("format", currency)]
            pair = Check(constraint(table.snake, name.snake, "complete"), "complete", amount)
            return [*both, pair] if field.optional else both
        case _:
            return []
