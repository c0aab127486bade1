"""The physical view of a model: one table for each resource, and those that cards bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from .checks import checks
from .elements import Field, Reference, Resource
from .errors import ModelError
from .model import CARD, parse
from .names import Name, constraint
from .table import Column, ForeignKey, Index, Literal, Table

OWNER = Name("owner")
OWNER_NOTE = (
    "The caller whose row this is. "
    "@denormalised repeated in the rows that belong to it, so that one index finds all that a caller has"
)
ID = Name("id")


class HasTables(Protocol):
    """A card: what it says of tables is in the language of the model."""

    @property
    def tables(self) -> Mapping[str, Any]: ...


def tables(resources: tuple[Resource, ...], cards: Iterable[HasTables], service: Name) -> tuple[Table, ...]:
    """All tables of a service, parents first."""
    brought = tuple(resource for card in cards for resource in parse(dict(card.tables), auth=CARD))
    ours = {resource.table for resource in brought}
    taken = next((resource for resource in resources if resource.table in ours), None)
    if taken:
        raise ModelError(f"{taken.name}: the template has a table {taken.table} of its own; rename the resource.")
    built = tuple(_table(resource, service_role(service)) for resource in resources + brought)
    _check_distinct(built)
    return built


def service_role(service: Name) -> str:
    """The database role that the running service has; it owns nothing."""
    return f"{service}_service"


def _table(resource: Resource, role: str) -> Table:
    return Table(
        name=resource.table,
        resource=resource.name,
        about=resource.about,
        delete="soft" if resource.soft_delete else "append-only" if resource.operations.append_only else "hard",
        owned=resource.owned,
        role=role,
        columns=_columns(resource),
        checks=tuple(check for field in resource.fields for check in checks(resource.table, field)),
        references=tuple(_foreign_key(reference) for reference in resource.references),
        indexes=_indexes(resource),
    )


def _columns(resource: Resource) -> tuple[Column, ...]:
    columns = [Column(ID, "uuid")]
    columns += [Column(reference.column, "uuid", reference.optional) for reference in resource.references]
    columns += [column for field in resource.fields for column in _field_columns(field)]
    if resource.owned:
        columns.append(Column(OWNER, "text", note=OWNER_NOTE))
    columns.append(Column(Name("version"), "bigint", default=1))
    columns += [Column(Name(name), "timestamptz", now=True) for name in ("created_at", "updated_at")]
    if resource.soft_delete:
        columns.append(Column(Name("deleted_at"), "timestamptz", optional=True))
    return tuple(columns)


def _field_columns(field: Field) -> list[Column]:
    default: Literal | None = field.default
    if field.type == "decimal" and default is not None:
        default = Decimal(default)
    return [
        Column(name, type_, field.optional, default, note=_note(field))
        for name, type_ in zip(field.columns, field.storage, strict=True)
    ]


def _note(field: Field) -> str:
    marks = [field.about]
    if field.sensitive or field.personal:
        marks.append(f"@data {'sensitive' if field.sensitive else 'personal'}")
    if field.denormalised:
        marks.append(f"@denormalised {field.denormalised}")
    return " ".join(filter(None, marks))


def _foreign_key(reference: Reference) -> ForeignKey:
    return ForeignKey(
        name=reference.constraint,
        column=reference.column,
        table=reference.target.table,
        on_delete=reference.on_delete,
        live=reference.target.soft_delete,
    )


def _indexes(resource: Resource) -> tuple[Index, ...]:
    soft = resource.soft_delete
    scope = (OWNER,) if resource.owned else ()
    emails = tuple(field.name for field in resource.fields if field.type == "email")
    table = resource.table.snake

    def index(*columns: Name, live: bool = soft) -> Index:
        folded = tuple(column for column in columns if column in emails)
        return Index(constraint(table, *map(str, columns), "idx"), columns, folded=folded, live=live)

    found = [
        Index(unique.constraint, (*scope, *unique.members), True, _among(unique.members, emails), soft)
        for unique in resource.uniques
    ]
    if resource.owned or soft:
        found.append(index(*scope, ID))
    found += [index(*scope, field.name, ID) for field in resource.fields if field.filter or field.sort]
    # Full even under soft delete: a foreign key looks at all rows, deleted or not.
    found += [index(reference.column, ID, live=False) for reference in resource.references]
    return tuple(found)


def _among(members: tuple[Name, ...], chosen: tuple[Name, ...]) -> tuple[Name, ...]:
    return tuple(member for member in members if member in chosen)


def _check_distinct(built: tuple[Table, ...]) -> None:
    """Tables and indexes share one list of names in PostgreSQL."""
    seen: dict[str, str] = {}
    for table in built:
        names = [table.name.snake, constraint(table.name.snake, "pkey"), *(index.name for index in table.indexes)]
        for name in names:
            if seen.setdefault(name, table.resource.snake) != table.resource.snake or names.count(name) > 1:
                raise ModelError(f"{table.resource}: {seen[name]} needs the name {name} as well; rename one of them.")
