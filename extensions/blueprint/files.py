"""Read YAML that nobody typed for this run: the data of this package, and what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# PyYAML has libyaml nearly everywhere; without it a copy takes a twentieth longer.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(file: Path) -> Any:
    """What a file says."""
    return yaml.load(file.read_bytes(), _LOADER)  # noqa: S506 - both loaders are safe


def twice(file: Path) -> str:
    """The first key that a mapping of the file has twice, of which YAML would forget one; nothing if there is none."""
    return _twice(yaml.compose(file.read_bytes(), _LOADER))


def _twice(node: yaml.Node | None) -> str:
    if not isinstance(node, yaml.MappingNode):
        return ""
    keys = [str(key.value) for key, _ in node.value]
    again = [key for key in keys if keys.count(key) > 1]
    return again[0] if again else next(filter(None, (_twice(content) for _, content in node.value)), "")
