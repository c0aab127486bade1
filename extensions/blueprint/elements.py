"""What a parsed model is made of: resources, their fields and references."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from . import examples
from .kinds import KINDS
from .names import Name, constraint, go_package, words

Scalar = str | int | bool
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an enum: `draft` in the model, `DRAFT` everywhere else."""

    model: str

    @property
    def wire(self) -> str:
        return self.model.upper()

    @property
    def name(self) -> Name:
        return Name(self.model)


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a value, defaults filled in; None where the type knows no such bound.

    `min` and `max` of money bound its amount in minor units.
    """

    min_length: int | None = None
    max_length: int | None = None
    min: Number | None = None
    max: Number | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a resource.

    Attributes:
        default: As JSON writes it: `DRAFT` for the enum value `draft`, a string for a decimal.
        denormalised: The team's reason for breaking the third normal form, or nothing.
    """

    name: Name
    type: str
    about: str
    optional: bool = False
    default: Scalar | None = None
    unique: bool = False
    filter: bool = False
    sort: bool = False
    immutable: bool = False
    sensitive: bool = False
    limits: Limits = Limits()
    values: tuple[Value, ...] = ()
    denormalised: str = ""

    @property
    def required(self) -> bool:
        """Whether a caller must send it when creating."""
        return not self.optional and self.default is None

    @property
    def columns(self) -> tuple[Name, ...]:
        if self.type == "money":
            return (Name(f"{self.name}_amount"), Name(f"{self.name}_currency"))
        return (self.name,)

    @property
    def storage(self) -> tuple[str, ...]:
        return KINDS[self.type].storage

    @property
    def personal(self) -> bool:
        """Whether its value is about a person, judged by its type and name."""
        named = self.name.snake.endswith(tuple(words("reserved.yml", "personal_names")))
        marked = not words("reserved.yml", "personal").isdisjoint(part.rstrip("0123456789") for part in self.name.parts)
        return self.type == "email" or named or marked

    def example(self, n: int = 1) -> examples.Json:
        """A valid value, the same in every run and another one for every n."""
        return examples.value(self, n)


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

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name.snake == name), None)

    def reference(self, role: str) -> Reference | None:
        return next((reference for reference in self.references if reference.role.snake == role), None)
