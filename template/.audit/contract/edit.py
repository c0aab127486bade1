# Kept by the platform: docs/ownership.md says what that means.
"""Changes a copy of a contract, for trying whether rules notice."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any


def changed(document: dict[str, Any], edits: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Returns a copy in which each edit has set, removed or renamed what its names lead to; else a KeyError."""
    found = copy.deepcopy(document)
    for edit in edits:
        *path, last = edit["at"]
        place: Any = found
        for name in path:
            place = place[name]
        if "set" in edit:
            place[last] = copy.deepcopy(edit["set"])
        elif "rename" in edit:
            place[edit["rename"]] = place.pop(last)
        else:
            del place[last]
    return found
