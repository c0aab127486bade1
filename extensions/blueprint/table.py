"""What a database is made of, independent of the SQL that prints it."""

from __future__ import annotations

from dataclasses import dataclass

from .column import Check, Column, Literal, literal
from .names import Name, constraint

__all__ = ["Check", "Column", "ForeignKey", "Index", "Literal", "Table", "literal"]


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

    def condition(self, index: Index) -> str:
        """Which rows a unique index holds apart: null differs from null."""
        empty = [column.name.sql for column in self.columns if column.optional and column.name in index.columns]
        kept = [*(f"{name} is not null" for name in empty), *(["deleted_at is null"] if index.live else [])]
        return f" where {' and '.join(kept)}" if kept else ""
