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
