"""What a column is, and the rules for its values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .names import Name

Literal = str | int | bool | Decimal


def literal(value: Literal) -> str:
    """A value as SQL writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        now: Whether a new row gets the current time.
        note: Its comment: what it means, and the marks that the audit reads.
    """

    name: Name
    type: str
    optional: bool = False
    default: Literal | None = None
    now: bool = False
    note: str = ""

    @property
    def comment(self) -> str:
        return literal(self.note)

    @property
    def definition(self) -> str:
        """The column as `create table` and `add column` write it."""
        return f"{self.name.sql} {self.type}{'' if self.optional else ' not null'}{self._default}"

    @property
    def _default(self) -> str:
        if self.default is None:
            return " default now()" if self.now else ""
        return f" default {literal(self.default)}"


@dataclass(frozen=True, slots=True)
class Check:
    """A rule for one value.

    Attributes:
        kind: `length`, `range`, `values`, `format` (of a currency), `object` (of json) or `complete` (money is there
            with both its columns or not at all).
    """

    name: str
    kind: str
    column: Name
    low: Literal | None = None
    high: Literal | None = None
    values: tuple[str, ...] = ()

    @property
    def definition(self) -> str:
        return f"constraint {self.name} check ({self.expression})"

    @property
    def expression(self) -> str:
        column = self.column.sql
        match self.kind:
            case "length":
                return self._between(f"char_length({column})")
            case "range":
                return self._between(column)
            case "values":
                return f"{column} in ({', '.join(map(literal, self.values))})"
            case "format":
                return f"{column} ~ '^[A-Z]{{3}}$'"
            case "object":
                return f"jsonb_typeof({column}) = 'object'"
            case _:
                currency = f"{self.column.snake.removesuffix('_amount')}_currency"
                return f"({self.column} is null) = ({currency} is null)"

    def contains(self, other: Check) -> bool:
        """Whether every value that passes the other check passes this one too."""
        if self.kind != other.kind:
            return False
        low = self.low is None or (other.low is not None and _number(self.low) <= _number(other.low))
        high = self.high is None or (other.high is not None and _number(self.high) >= _number(other.high))
        return low and high and set(self.values) >= set(other.values)

    def _between(self, expression: str) -> str:
        low, high = (None if bound is None else literal(bound) for bound in (self.low, self.high))
        if low is None or high is None:
            return f"{expression} >= {low}" if high is None else f"{expression} <= {high}"
        return f"{expression} = {low}" if low == high else f"{expression} between {low} and {high}"


def _number(bound: Literal) -> Decimal:
    return Decimal(str(bound))
