# Kept by the platform: docs/ownership.md says what that means.
"""A text that matches a regular expression, made from the parts of the expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. "


def text_for(pattern: str, n: int = 0) -> str:
    """A text that matches; another n gives another text where a class of characters leaves a choice."""
    made = _sequence(parser.parse(pattern), [n])
    return made if re.search(pattern, made) else ""


def _sequence(parts: Any, n: list[int]) -> str:
    return "".join(_part(operator, argument, n) for operator, argument in parts)


def _part(operator: Any, argument: Any, n: list[int]) -> str:
    if operator is constants.LITERAL:
        return chr(argument)
    if operator in (constants.IN, constants.NOT_LITERAL, constants.ANY):
        return _one(operator, argument, n)
    if operator in (constants.MAX_REPEAT, constants.MIN_REPEAT):
        low, high, inner = argument
        return "".join(_sequence(inner, n) for _ in range(max(low, min(1 if n[0] == 0 else 4, int(high)))))
    if operator is constants.SUBPATTERN:
        return _sequence(argument[-1], n)
    if operator is constants.BRANCH:
        return _sequence(argument[1][0], n)
    return ""


def _one(operator: Any, argument: Any, n: list[int]) -> str:
    fitting = [c for c in LETTERS if _allows(operator, argument, c)]
    if not fitting:
        return chr(argument[0][1][0]) if operator is constants.IN and argument[0][0] is constants.RANGE else "!"
    n[0], chosen = divmod(n[0], len(fitting))
    return fitting[chosen]


def _allows(operator: Any, argument: Any, character: str) -> bool:
    if operator is constants.ANY:
        return True
    if operator is constants.NOT_LITERAL:
        return bool(ord(character) != argument)
    negated = bool(argument) and argument[0][0] is constants.NEGATE
    return any(_in(kind, value, character) for kind, value in argument) != negated


def _in(kind: Any, value: Any, character: str) -> bool:
    if kind is constants.LITERAL:
        return bool(ord(character) == value)
    if kind is constants.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    if kind is constants.CATEGORY:
        classes: dict[Any, Callable[[str], bool]] = {
            constants.CATEGORY_DIGIT: str.isdigit,
            constants.CATEGORY_NOT_DIGIT: lambda c: not c.isdigit(),
            constants.CATEGORY_SPACE: str.isspace,
            constants.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
            constants.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
        }
        return value in classes and classes[value](character)
    return False
