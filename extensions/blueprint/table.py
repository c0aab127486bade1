"""What a database is made of, independent of the SQL that prints it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .names import Name, constraint

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

    def _between(self, expression: str) -> str:
        low, high = (None if bound is None else literal(bound) for bound in (self.low, self.high))
        if low is None or high is None:
            return f"{expression} >= {low}" if high is None else f"{expression} <= {high}"
        return f"{expression} = {low}" if low == high else f"{expression} between {low} and {high}"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference to another table's id.

    Attributes:
        live: Whether the parent's rows can be soft-deleted, so that triggers must keep the promise of the key.
    """

    name: str
    column: Name
    table: Name
    on_delete: str
    live: bool = False

    @property
    def definition(self) -> str:
        action = self.on_delete.replace("_", " ")
        key = f"constraint {self.name} foreign key ({self.column.sql})"
        return f"{key} references {self.table.sql} (id) on delete {action}"


@dataclass(frozen=True, slots=True)
class Index:
    """An index, or a uniqueness that only an index can express.

    Attributes:
        folded: Columns that are compared without regard to case.
        live: Whether it holds only the rows that are not soft-deleted.
    """

    name: str
    columns: tuple[Name, ...]
    unique: bool = False
    folded: tuple[Name, ...] = ()
    live: bool = False

    @property
    def definition(self) -> str:
        """As a constraint; only where `plain`."""
        return f"constraint {self.name} unique ({self.keys})"

    @property
    def keys(self) -> str:
        return ", ".join(f"lower({column.sql})" if column in self.folded else column.sql for column in self.columns)

    @property
    def plain(self) -> bool:
        """Whether a unique constraint can express it."""
        return self.unique and not self.folded and not self.live

    @property
    def condition(self) -> str:
        return " where deleted_at is null" if self.live else ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with all that belongs to it; its triggers follow from that, see `triggers`.

    Attributes:
        delete: What deleting a row means: `soft`, `hard` or `append-only` (it cannot be done).
        role: The database role of the service.
        retired: Columns that the model has given up and that still exist.
    """

    name: Name
    resource: Name
    about: str
    delete: str
    owned: bool
    role: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...]
    references: tuple[ForeignKey, ...]
    indexes: tuple[Index, ...]
    retired: tuple[Name, ...] = ()

    @property
    def soft_delete(self) -> bool:
        return self.delete == "soft"

    @property
    def privileges(self) -> str:
        return "select, insert" if self.delete == "append-only" else "select, insert, update, delete"

    @property
    def note(self) -> str:
        return literal(f"{self.about} @delete {self.delete}")

    @property
    def body(self) -> tuple[str, ...]:
        """The lines of `create table`: columns, then constraints."""
        key = f"constraint {constraint(self.name.snake, 'pkey')} primary key (id)"
        return (
            *(column.definition for column in self.columns),
            key,
            *(index.definition for index in self.indexes if index.plain),
            *(reference.definition for reference in self.references),
            *(check.definition for check in self.checks),
        )

    @property
    def created_indexes(self) -> tuple[Index, ...]:
        """The indexes that no constraint of `body` brings with it."""
        return tuple(index for index in self.indexes if not index.plain)

    def column(self, name: Name) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)
