# Kept by the platform: docs/ownership.md says what that means.
"""Finds where in the migrations a thing of the schema is written."""

from __future__ import annotations

import re
from pathlib import Path

TABLE = re.compile(r"^\s*create\s+table\s+(?:if\s+not\s+exists\s+)?(?:[\w\"]+\.)?\"?(\w+)", re.IGNORECASE)
END = re.compile(r"^\s*\)")


class Places:
    """The lines of all migrations, newest file first."""

    def __init__(self, root: Path, folder: str) -> None:
        files = sorted((root / folder).glob("*.sql"), reverse=True) if folder else []
        self.lines = [
            (f"{file.relative_to(root).as_posix()}:{number}", line)
            for file in files
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        ]

    def of(self, name: str) -> str:
        """Returns file:line of a table, of schema.table.column or of a constraint; empty if it is nowhere."""
        parts = [part.strip('"') for part in name.split("(")[0].split(".")]
        table = parts[1] if len(parts) > 1 else parts[0]
        begun = self._first(rf"create\s+table\s+(if\s+not\s+exists\s+)?([\w\"]+\.)?\"?{re.escape(table)}\"?\W")
        if len(parts) < 2:
            return self._first(rf"\b{re.escape(parts[0])}\b")
        if len(parts) == 2:
            return begun or self._first(rf"\b{re.escape(parts[1])}\b")
        return self._inside(table, parts[2]) or self._first(rf"\b{re.escape(parts[2])}\b") or begun

    def _first(self, pattern: str) -> str:
        wanted = re.compile(pattern, re.IGNORECASE)
        return next((place for place, line in self.lines if wanted.search(line)), "")

    def _inside(self, table: str, column: str) -> str:
        inside, wanted = False, re.compile(rf"^\s*\"?{re.escape(column)}\"?\s", re.IGNORECASE)
        for place, line in self.lines:
            if match := TABLE.match(line):
                inside = match[1] == table
            elif END.match(line):
                inside = False
            elif inside and wanted.match(line):
                return place
        return ""
