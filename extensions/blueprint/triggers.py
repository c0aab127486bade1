"""The triggers of a table: they follow from its columns and references."""

from __future__ import annotations

from dataclasses import dataclass

from .names import Name, constraint
from .table import ForeignKey, Table, literal

TOUCH = "touch_row"
REQUIRE_LIVE_PARENT = "require_live_parent"
ON_SOFT_DELETE = "on_soft_delete"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger; it belongs to the table that causes it, which need not be the table it is on."""

    name: str
    table: Name
    event: str
    function: str
    arguments: tuple[str, ...] = ()
    condition: str = ""

    @property
    def when(self) -> str:
        return f" when ({self.condition})" if self.condition else ""

    @property
    def call(self) -> str:
        return f"{self.function}({', '.join(map(literal, self.arguments))})"


def triggers(table: Table) -> tuple[Trigger, ...]:
    """One keeps the timestamps and the version; two for each reference guard it against soft deletes."""
    touch = Trigger(constraint(table.name.snake, "touch"), table.name, "before update", TOUCH)
    return (touch, *(trigger for reference in table.references for trigger in guards(table, reference)))


def guards(child: Table, reference: ForeignKey) -> tuple[Trigger, ...]:
    """A foreign key cannot see a soft delete: one trigger guards the child's side, the other acts on the parent's."""
    return (_live(child, reference), _soft_delete(child, reference)) if reference.live else ()


def _live(child: Table, reference: ForeignKey) -> Trigger:
    column = child.column(reference.column)
    conditions = [
        f"new.{reference.column.sql} is not null" if column and column.optional else "",
        "new.deleted_at is null" if child.soft_delete else "",
    ]
    return Trigger(
        name=constraint(child.name.snake, reference.column.snake, "live"),
        table=child.name,
        event=f"before insert or update of {reference.column.sql}{', deleted_at' if child.soft_delete else ''}",
        function=REQUIRE_LIVE_PARENT,
        arguments=(reference.column.snake, reference.table.snake, reference.name),
        condition=" and ".join(filter(None, conditions)),
    )


def _soft_delete(child: Table, reference: ForeignKey) -> Trigger:
    which = ("live",) if child.soft_delete else ()
    return Trigger(
        name=constraint(reference.table.snake, child.name.snake, reference.column.snake, "soft_delete"),
        table=reference.table,
        event="after update of deleted_at",
        function=ON_SOFT_DELETE,
        arguments=(reference.on_delete, child.name.snake, reference.column.snake, reference.name, *which),
        condition="old.deleted_at is null and new.deleted_at is not null",
    )
