"""The catalogue of faults: what each changes, and the check of the audit that has to notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KINDS = ("schema", "contract", "files", "behaviour")
GRAVE = ("A7.", "SEC.")
EPOCH = "1767225600"  # SOURCE_DATE_EPOCH of the service: patches name its first migration, and later ones follow it
UNUSUAL = sorted((HERE / "unusual").glob("*.sql"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break a service.

    Attributes:
        kind: What it breaks.
        expected: The check that is meant for it.
        grave: Whether it lets somebody do what they must not: then missing it is never good enough.
        change: What to change; each kind has words of its own.
    """

    kind: str
    name: str
    expected: str
    grave: bool
    change: Mapping[str, Any]

    @property
    def patch(self) -> Path:
        """What a fault of the behaviour changes in the source."""
        return HERE / "patches" / f"{self.name}.patch"


def file(kind: str) -> Path:
    """Where the faults of a kind are written."""
    return HERE / "faults" / f"{kind}.yml"


def faults(kind: str) -> list[Fault]:
    """The faults of a kind, in the order of its file."""
    listed = yaml.safe_load(file(kind).read_text(encoding="utf-8"))["faults"]
    return [_fault(kind, **told) for told in listed]


def _fault(kind: str, *, name: str, expected: str, security: bool = False, **change: Any) -> Fault:
    return Fault(kind, name, expected, security or expected.startswith(GRAVE), change)
