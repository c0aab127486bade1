"""Example values: valid, repeatable, different."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from blueprint.elements import Field, Limits
from blueprint.examples import Json, capacity, identifier
from blueprint.kinds import KINDS
from blueprint.names import Name
from blueprint.seed import seed

from tests.migrations import MODELS, model, zoo

FIELDS = [
    pytest.param(field, id=f"{name}-{resource.name}-{field.name}")
    for name in MODELS
    if name != "fifty"
    for resource in model(zoo(name))
    for field in resource.fields
]


def valid(field: Field, value: Json) -> bool:
    """Whether a value keeps to the type and the limits of its field."""
    limits = field.limits
    match field.type, value:
        case "text" | "email" | "url", str():
            return (limits.min_length or 0) <= len(value) <= (limits.max_length or 0)
        case "integer", int():
            return _within(value, limits)
        case "decimal", str():
            return re.fullmatch(r"-?\d{1,18}(\.\d{1,6})?", value) is not None and _within(Decimal(value), limits)
        case "money", {"amount": int(amount), "currency": str(currency)}:
            return _within(amount, limits) and re.fullmatch("[A-Z]{3}", currency) is not None
        case "boolean", bool():
            return True
        case "date", str():
            return date.fromisoformat(value).isoformat() == value
        case "timestamp", str():
            return datetime.fromisoformat(value).utcoffset() is not None and value.endswith("Z")
        case "uuid", str():
            return str(UUID(value)) == value
        case "enum", str():
            return value in [one.wire for one in field.values]
        case "json", dict():
            return True
    return False


def _within(number: int | Decimal, limits: Limits) -> bool:
    return (limits.min is None or number >= limits.min) and (limits.max is None or number <= limits.max)


@pytest.mark.parametrize("field", FIELDS)
def test_valid_and_different(field: Field) -> None:
    """Every example keeps to the limits, and no two are equal as long as the field has room."""
    values = [field.example(n) for n in range(1, 31)]
    assert all(valid(field, value) for value in values), values
    different = {repr(value) for value in values}
    assert len(different) == min(30, capacity(field))
    assert values == [field.example(n) for n in range(1, 31)]


def test_every_type_is_met() -> None:
    """The fields above are of every type."""
    assert {param.values[0].type for param in FIELDS} == set(KINDS)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 0), (5, 6), (-9, -7), (None, 3), (100, None), (Decimal("0.000001"), Decimal("0.000003")), (12, 13)],
)
def test_narrow_decimals(low: int | Decimal | None, high: int | Decimal | None) -> None:
    """However near the limits are to one another, there is a value between them."""
    field = Field(Name("x"), "decimal", "", limits=Limits(min=low, max=high))
    assert all(valid(field, field.example(n)) for n in range(1, 50))


def test_well_known() -> None:
    """Contracts show values that a reader can take in."""
    samples = {field.name.snake: field.example() for field in model(zoo("everything"))[0].fields}
    assert samples["label"] == "Label 1"
    assert samples["factor"] == "12.5"
    assert samples["price"] == {"amount": 1250, "currency": "EUR"}
    assert samples["day"] == "2026-02-01"
    assert samples["moment"] == "2026-01-15T09:30:00Z"
    assert samples["contact"] == "person1@example.com"
    assert samples["homepage"] == "https://example.com/homepage/1"
    assert samples["state"] == "DRAFT"


def test_identifier() -> None:
    """An identifier is a UUIDv7; a later one sorts later; another kind of thing has others."""
    first, second = UUID(identifier("invoice", 1)), UUID(identifier("invoice", 2))
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert str(first) < str(second)
    assert identifier("payment", 1) != str(first)


class TestSeed:
    def test_chain_of_parents(self) -> None:
        """A row belongs to the row of the same number; a resource that belongs to itself makes a chain."""
        category, _, _ = seed(model(zoo("self_reference")))
        keys = [row[0] for row in category.rows]
        assert [row[1] for row in category.rows] == ["null", *keys[:-1]]

    def test_no_more_rows_than_uniques_allow(self) -> None:
        """A unique field with two values makes two rows, and its children share them."""
        raw = {
            "a": {"fields": {"kind": {"type": "enum", "values": ["x", "y"], "unique": True}}},
            "b": {"belongs_to": ["a"]},
            "c": {"belongs_to": ["a"], "unique": [["a"]]},
        }
        a, b, c = seed(model(raw))
        assert [len(one.rows) for one in (a, b, c)] == [2, 3, 2]
        assert [row[1] for row in b.rows] == [a.rows[0][0], a.rows[1][0], a.rows[0][0]]
