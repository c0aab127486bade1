# Kept by the platform: docs/ownership.md says what that means.
"""Reads migrations in the format of dbmate: plain SQL, with a half for each direction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.context import Context
from engine.model import BrokenError, UnavailableError

MARK = re.compile(r"^--\s*migrate:(up|down)\b(.*)$")


@dataclass(frozen=True)
class Half:
    """One direction. Lines of the other one are empty, so that numbers of lines are those of the file."""

    sql: str
    line: int  # of its mark, 0 if there is none
    alone: bool  # outside of a transaction

    @property
    def empty(self) -> bool:
        """Whether it does nothing."""
        return not re.sub(r"--[^\n]*|/\*.*?\*/", "", self.sql, flags=re.DOTALL).strip()


@dataclass(frozen=True)
class Migration:
    """One file."""

    name: str  # as findings have it: the path below the service's folder
    text: str
    up: Half
    down: Half


def load(context: Context) -> list[Migration]:
    """Returns the migrations, oldest first; UnavailableError if audit.yml names no folder of them."""
    folder = context.settings.migrations
    if not folder:
        raise UnavailableError("audit/audit.yml names no folder of migrations.")
    if not (context.root / folder).is_dir():
        raise BrokenError(f"{folder}, the folder of migrations, is not there.")
    return [read(file, f"{folder}/{file.name}") for file in sorted((context.root / folder).glob("*.sql"))]


def read(file: Path, name: str) -> Migration:
    """Reads one file."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenError(f"{name} cannot be read: {error}.") from None
    kept: dict[str, list[str]] = {"up": [], "down": []}
    marks: dict[str, tuple[int, str]] = {}
    now = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := MARK.match(line):
            now = match[1]
            marks[now] = (number, match[2])
        for half, lines in kept.items():
            lines.append(line if half == now and not match else "")
    halves = {half: Half("\n".join(lines), *_mark(marks.get(half))) for half, lines in kept.items()}
    return Migration(name, text, halves["up"], halves["down"])


def _mark(found: tuple[int, str] | None) -> tuple[int, bool]:
    return (found[0], "transaction:false" in found[1]) if found else (0, False)
