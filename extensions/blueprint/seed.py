"""Rows for development: every resource gets a few, each row under a parent that is there."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from json import dumps

from .elements import Field, Reference, Resource, Unique
from .examples import capacity, identifier
from .names import Name
from .table import Literal, literal

ROWS = 3
FIRST = 11  # the examples before it stand in the contract: a developer may have stored them
CALLER = "dev"


@dataclass(frozen=True, slots=True)
class Seed:
    """The rows of one table.

    Attributes:
        columns: Those that get a value; the others have a default.
        rows: For each row its values, as SQL writes them.
    """

    table: Name
    columns: tuple[Name, ...]
    rows: tuple[tuple[str, ...], ...]


def seed(resources: tuple[Resource, ...]) -> tuple[Seed, ...]:
    """Rows for every resource, parents first."""
    counts: dict[Name, int] = {}
    seeds = []
    for resource in resources:
        counts[resource.name] = _count(resource, counts)
        seeds.append(_seed(resource, counts))
    return tuple(seeds)


def _count(resource: Resource, counts: dict[Name, int]) -> int:
    """No more rows than its uniques leave room for."""
    return min([ROWS, *(_room(resource, unique, counts) for unique in resource.uniques)])


def room(resource: Resource, most: int) -> int:
    """How many examples of a resource differ in every unique member, up to a number."""
    return min([most, *(_room(resource, unique, {}) for unique in resource.uniques)])


def _room(resource: Resource, unique: Unique, counts: dict[Name, int]) -> int:
    fields = [capacity(field) for field in resource.fields if field.name in unique.members]
    parents = [counts.get(r.target.name, ROWS) for r in resource.references if r.column in unique.members]
    return max(fields + parents)


def _seed(resource: Resource, counts: dict[Name, int]) -> Seed:
    fields = [column for field in resource.fields for column in field.columns]
    columns = [Name("id"), *(reference.column for reference in resource.references), *fields]
    owner = [Name("owner")] if resource.owned else []
    rows = tuple(_row(resource, n, counts) for n in range(1, counts[resource.name] + 1))
    return Seed(resource.table, (*columns, *owner), rows)


def _row(resource: Resource, n: int, counts: dict[Name, int]) -> tuple[str, ...]:
    row = [literal(identifier(resource.name.snake, n))]
    row += [_parent(resource, reference, n, counts) for reference in resource.references]
    row += [value for field in resource.fields for value in values(field, FIRST + n - 1)]
    return (*row, *([literal(CALLER)] if resource.owned else []))


def _parent(resource: Resource, reference: Reference, n: int, counts: dict[Name, int]) -> str:
    """The parent with the same number; a resource that refers to itself makes a chain."""
    if reference.target.name == resource.name:
        return literal(reference.example(n - 1)) if n > 1 else "null"
    return literal(reference.example((n - 1) % counts[reference.target.name] + 1))


def values(field: Field, n: int) -> list[str]:
    """The n-th example of a field, as SQL writes it: a value for each of its columns."""
    value = field.example(n)
    if isinstance(value, dict) and field.type == "money":
        return [_sql(value["amount"]), _sql(value["currency"])]
    if field.type == "decimal":
        return [literal(Decimal(str(value)))]
    return [_sql(value)]


def _sql(value: object) -> str:
    plain: Literal = value if isinstance(value, str | int | bool) else dumps(value)
    return literal(plain)
