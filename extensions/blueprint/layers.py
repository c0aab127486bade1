"""Which folders of the template a service gets: a folder is named after one of these variables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .cards import cards, languages
from .elements import Resource

SECURED = "secured"


def layers(
    language: str, parts: Collection[str], *, populated: bool, served: bool, sample: Resource | None, copied: bool
) -> dict[str, str]:
    """The variables of the paths: `.` flattens a folder into the one above it, nothing leaves it out.

    Each part has two: its own name keeps the folder, `with_` in front flattens it.
    """
    conditions = {
        **{name: name == language for name in languages()},
        **{f"with_{name}": name in parts for name in cards()},
        SECURED: SECURED in parts,
        "open": SECURED not in parts,
        "populated": populated,
        "empty": not populated,
        "sampled": sample is not None,
        "revised": sample is not None and {"get", "list", "update"} <= set(sample.operations.names),
        "with_copies": copied,
        "served": served,
        "unserved": not served,
        "protected": served and SECURED in parts,
        "unprotected": served and SECURED not in parts,
    }
    return {
        **{name: "." if holds else "" for name, holds in conditions.items()},
        **{name: name if name in parts else "" for name in cards() if name not in languages()},
    }


def derived(parts: Collection[str]) -> list[str]:
    """The parts, and what follows from them: a service whose callers say who they are is secured."""
    secured = any(name in cards() and cards()[name].question == "auth" for name in parts)
    return [*parts, *([SECURED] if secured else [])]


def derived_from(applied: Mapping[str, Any]) -> dict[str, Any]:
    """What was applied, with what follows from its parts."""
    return {**applied, "parts": derived(applied["parts"])}
