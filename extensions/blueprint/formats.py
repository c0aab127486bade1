"""The format of `applied`, the memory in a service's answers file, and how older ones are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import wording
from .errors import ModelError

FORMAT = 1

# From a format to the one after it; a service may be updated from any version that ever was.
READERS: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}


def read(applied: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was applied, in today's format; a ModelError if a newer version wrote it."""
    found = applied.get("format")
    if type(found) is not int or not (found == FORMAT or found in READERS):
        raise ModelError(
            f"applied: this version reads format {FORMAT} and older ones, not {wording.shown(found)}; "
            "use the version that wrote it."
        )
    for number in range(found, FORMAT):
        applied = {**READERS[number](applied), "format": number + 1}
    return applied
