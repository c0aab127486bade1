"""What a field of a resource is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from . import examples
from .kinds import KINDS
from .names import Name, words

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
