"""The contract of a resource: it says what the service holds callers to."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from blueprint.openapi import openapi

from tests.migrations import model

LIMITS = [
    ("{type: decimal, min: 0.5, max: 9}", "From 0.5 to 9."),
    ("{type: decimal, min: 0.5}", "0.5 or more."),
    ("{type: decimal, max: -0.000001}", "-0.000001 or less."),
    ("{type: decimal, max: 100000000000000000}", "100000000000000000 or less."),
    ("{type: money, min: 0, max: 500}", "The amount is from 0 to 500."),
    ("{type: money, min: 0}", "The amount is 0 or more."),
    ("{type: money, max: 500, optional: true}", "The amount is 500 or less."),
    ("{type: money, min: 0, about: What is due.}", "What is due. The amount is 0 or more."),
    ("{type: money, min: 0, about: what is due}", "what is due. The amount is 0 or more."),
    ("{type: decimal, default: 1, max: 9}", "9 or less."),
]
UNLIMITED = ["decimal", "money", "text", "{type: integer, min: 1, max: 9}"]


def member(field: str, shape: str) -> dict[str, Any]:
    """What the contract says of the only field of a resource."""
    (thing,) = model(yaml.safe_load(f"thing: {{fields: {{size: {field}}}}}"))
    found: dict[str, Any] = yaml.safe_load(dict(getattr(openapi(thing), shape))["size"])
    return found


@pytest.mark.parametrize("shape", ["item", "create", "patch"])
@pytest.mark.parametrize(("field", "sentence"), LIMITS)
def test_a_limit_that_no_word_of_a_schema_can_say_is_told_in_a_sentence(field: str, sentence: str, shape: str) -> None:
    """A decimal is a string and money a shape that all share: neither takes a minimum, and callers must know it."""
    assert member(field, shape)["description"] == sentence


@pytest.mark.parametrize("field", UNLIMITED)
def test_what_has_no_other_limit_than_its_schema_needs_no_sentence(field: str) -> None:
    """A sentence for everything is read by nobody."""
    assert "description" not in member(field, "item")
