"""What a parsed model is made of: resources, their fields and references."""

from __future__ import annotations

from dataclasses import dataclass

from . import examples
from .field import Field, Limits, Scalar, Value
from .names import Name, constraint, go_package, words

__all__ = ["Field", "Limits", "Operations", "Reference", "Resource", "Scalar", "Unique", "Value"]


@dataclass(frozen=True, slots=True)
class Reference:
    """That each row of a resource belongs to a row of another one, in a role.

    Attributes:
        target: The resource referred to; without its references where a resource refers to itself.
        on_delete: What becomes of the child: `restrict`, `cascade` or `set_null`.
        table: The table of the resource that has the reference.
    """

    role: Name
    target: Resource
    on_delete: str
    optional: bool
    table: Name

    @property
    def column(self) -> Name:
        return Name(f"{self.role}_id")

    @property
    def constraint(self) -> str:
        """The name by which PostgreSQL reports a missing parent, or a child that is in the way."""
        return constraint(self.table.snake, self.column.snake, "fkey")

    def example(self, n: int = 1) -> str:
        return examples.identifier(self.target.name.snake, n)


@dataclass(frozen=True, slots=True)
class Unique:
    """A promise that no two live rows agree in these members.

    Attributes:
        members: As they are named in JSON: fields by their name, references by their column.
        constraint: The name by which PostgreSQL reports a duplicate.
    """

    members: tuple[Name, ...]
    constraint: str


@dataclass(frozen=True, slots=True)
class Operations:
    """What callers can do with a resource."""

    creates: bool = True
    gets: bool = True
    lists: bool = True
    updates: bool = True
    deletes: bool = True

    @property
    def append_only(self) -> bool:
        return not (self.updates or self.deletes)

    @property
    def collection(self) -> tuple[str, ...]:
        """Those on the path of all items, in the order of a contract."""
        return tuple(name for name, offered in (("list", self.lists), ("create", self.creates)) if offered)

    @property
    def item(self) -> tuple[str, ...]:
        """Those on the path of one item."""
        offers = (("get", self.gets), ("update", self.updates), ("delete", self.deletes))
        return tuple(name for name, offered in offers if offered)

    @property
    def names(self) -> tuple[str, ...]:
        return self.collection + self.item


@dataclass(frozen=True, slots=True)
class Resource:
    """A noun of the service: one table, one contract, one package."""

    name: Name
    plural: Name
    about: str
    fields: tuple[Field, ...] = ()
    references: tuple[Reference, ...] = ()
    soft_delete: bool = False
    owned: bool = False
    operations: Operations = Operations()
    composites: tuple[tuple[Name, ...], ...] = ()

    @property
    def table(self) -> Name:
        return self.plural

    @property
    def path(self) -> str:
        return self.plural.kebab

    @property
    def package(self) -> str:
        return go_package(self.name, self.plural)

    @property
    def imported(self) -> str:
        """What package app calls that package: another name where it has one such itself."""
        return f"{self.package}Module" if self.package in words("languages/go.yml", "app") else self.package

    @property
    def file(self) -> str:
        """The name of the files that are named after that package, where it means nothing to go or to a module."""
        return f"{self.package}module" if self.package in words("languages/go.yml", "files") else self.package

    @property
    def uniques(self) -> tuple[Unique, ...]:
        singles = tuple((field.name,) for field in self.fields if field.unique)
        return tuple(Unique(members, self._unique_name(members)) for members in singles + self.composites)

    def _unique_name(self, members: tuple[Name, ...]) -> str:
        scope = ("owner",) if self.owned else ()
        return constraint(self.table.snake, *scope, *(member.snake for member in members), "unique")

    @property
    def filters(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.filter)

    @property
    def sorts(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.sort)

    @property
    def can_be_alone(self) -> bool:
        """Whether a caller can create one where there is nothing else."""
        return self.operations.creates and all(reference.optional for reference in self.references)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name.snake == name), None)

    def reference(self, role: str) -> Reference | None:
        return next((reference for reference in self.references if reference.role.snake == role), None)
