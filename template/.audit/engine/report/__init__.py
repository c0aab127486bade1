# Kept by the platform: docs/ownership.md says what that means.
"""What came of an audit, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path

from engine.catalogue import Catalogue
from engine.model import BrokenError
from engine.report.junit import junit
from engine.report.machine import as_json
from engine.report.people import markdown, table
from engine.report.sarif import sarif
from engine.runner import Outcome

__all__ = ["as_json", "markdown", "table", "write"]


def write(outcome: Outcome, known: Catalogue, folder: Path) -> None:
    """Writes audit.json, audit.sarif, audit.xml and audit.md into a folder, each whole or not at all."""
    texts = {
        "audit.json": json.dumps(as_json(outcome, known), indent=1) + "\n",
        "audit.sarif": json.dumps(sarif(outcome), indent=1) + "\n",
        "audit.xml": junit(outcome, known),
        "audit.md": markdown(outcome, known),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            new = folder / f".{name}.new"
            new.write_text(text, encoding="utf-8")
            new.replace(folder / name)
    except OSError as error:
        raise BrokenError(f"The reports in {folder} cannot be written: {error.strerror}.") from None
