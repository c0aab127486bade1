# Kept by the platform: docs/ownership.md says what that means.
"""What everything else speaks of: checks, what they find, and the states of an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from engine.context import Context

PASS, FAIL, WAIVED, NOT_APPLICABLE, NOT_RUN = "PASS", "FAIL", "WAIVED", "NOT APPLICABLE", "NOT RUN"


class BrokenError(Exception):
    """Something keeps the audit from going on; its text is one sentence for people."""


class UnavailableError(Exception):
    """Something that one kind of check needs cannot be had here: its checks are NOT RUN. Its text is one sentence."""


@dataclass(frozen=True)
class Item:
    """An item of the checklist: what it means, and the files that meet it as patterns below the service's folder."""

    id: str
    title: str
    means: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A check as it stands in a file of checks. `rule` is whatever its kind wants to know beyond that."""

    id: str
    item: str
    kind: str
    title: str
    reason: str
    source: str
    repair: str
    enforced_from: date
    applies: tuple[str, ...] = ()  # all of these must hold of the service
    rule: dict[str, Any] = field(default_factory=dict)
    place: str = ""  # where it is written

    @property
    def waivable(self) -> bool:
        """Whether a waiver is accepted: never for who may do what, nor for security, nor for waivers."""
        return self.item not in ("A7", "SEC", "W")


@dataclass(frozen=True)
class Finding:
    """Something is wrong with an object, such as a table or an operation."""

    check: str
    object: str
    message: str
    place: str = ""  # file:line, or what was asked for


@dataclass(frozen=True)
class Evidence:
    """How much a check has looked at, such as "14 foreign keys"."""

    check: str
    text: str


@dataclass(frozen=True)
class Ran:
    """The check has been carried out. One that is never said to be is NOT RUN."""

    check: str


class Kind(Protocol):
    """A module that carries out checks of one kind."""

    KIND: str

    def run(self, context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
        """Yields what it finds; raises Unavailable if it cannot work here, Broken if nobody can."""
