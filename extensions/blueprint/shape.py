"""Read one value of the model's YAML, or say in a sentence what it should have been."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from .errors import ModelError, suggestion
from .names import PATTERN, Name

LONGEST_NAME = 40
LONGEST_SENTENCE = 500


def mapping(where: str, value: object, known: Collection[str] = ()) -> dict[str, Any]:
    """A mapping whose keys are words, and known ones if there is a list of them."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ModelError(f"{where}: {value!r} is not a mapping; write `key: value` pairs.")
    for key in value:
        if not isinstance(key, str):
            raise ModelError(f"{where}: YAML reads the key {key!r} as no word; write it in quotes.")
        if known and key not in known:
            raise ModelError(f"{where}: unknown word {key!r}; {suggestion(key, known)}")
    return value


def items(where: str, value: object) -> list[Any]:
    """A list, or nothing."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ModelError(f"{where}: {value!r} is not a list; write [{value}].")
    return value


def name(where: str, value: object) -> Name:
    """A name of lower-case words."""
    if not isinstance(value, str):
        raise ModelError(f"{where}: YAML reads {value!r} as no word; write it in quotes.")
    if not PATTERN.match(value):
        raise ModelError(f"{where}: {value!r} is not a name; use lower-case words joined by _, such as line_item.")
    if len(value) > LONGEST_NAME:
        raise ModelError(f"{where}: the name has {len(value)} characters; use {LONGEST_NAME} at most.")
    return Name(value)


def flag(where: str, body: dict[str, Any], key: str) -> bool:
    """Yes or no; no where nothing is said."""
    value = body.get(key, False)
    if not isinstance(value, bool):
        raise ModelError(f"{where}: {key} is {value!r}; write true or false.")
    return value


def sentence(where: str, body: dict[str, Any], key: str, least: int = 0) -> str:
    """One line of prose; empty where nothing is said."""
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or not value.isprintable():
        raise ModelError(f"{where}: {key} is not one line of text; write a sentence.")
    if not least <= len(value.strip()) <= LONGEST_SENTENCE:
        raise ModelError(f"{where}: {key} has {len(value.strip())} characters; write {least} to {LONGEST_SENTENCE}.")
    return value.strip()


def choice(where: str, value: object, known: Collection[str]) -> str:
    """One of some words."""
    if not isinstance(value, str) or value not in known:
        raise ModelError(f"{where}: unknown word {value!r}; {suggestion(value, known)}")
    return value


def whole(where: str, value: object) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ModelError(f"{where}: {value!r} is not a whole number; write one such as 10.")
    return value


def exact(where: str, value: object) -> Decimal:
    """A decimal number of at most 18 digits before the point and 6 after it."""
    number = _decimal(value)
    if number is None or not number.is_finite() or abs(number) >= 10**18:
        raise ModelError(f"{where}: {value!r} is not a decimal number below 10^18; write one such as 12.5.")
    if number != round(number, 6):
        raise ModelError(f"{where}: {value!r} has more than 6 digits after the point; round it.")
    return number


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None
