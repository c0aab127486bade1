"""Align columns exactly as gofmt does, so that templates need not count spaces."""

from __future__ import annotations

import re
from itertools import groupby

# A cell ends where two spaces begin, except inside a literal; a comment is one cell to the end of its line.
_CELL = re.compile(r"""(?://.*|"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|(?!\s\s).)+""")
_INDENT = re.compile(r"\t*")

Row = list[str]


def aligned(block: str) -> str:
    """Pad the cells of every run of lines; two or more spaces after the indentation separate cells."""
    runs = groupby(block.split("\n"), key=_indent)
    return "\n".join(line for indent, lines in runs for line in _padded(indent, [_cells(line) for line in lines]))


def _indent(line: str) -> str | None:
    match = _INDENT.match(line)
    return match[0] if match and line.strip() else None


def _cells(line: str) -> Row:
    return [cell.strip() for cell in _CELL.findall(line.strip()) if cell.strip()]


def _padded(indent: str | None, rows: list[Row]) -> list[str]:
    if indent is None:
        return [""] * len(rows)
    for column in range(max(map(len, rows)) - 1):
        _pad(rows, column)
    return [indent + "".join(row) for row in rows]


def _pad(rows: list[Row], column: int) -> None:
    """Give one column its width among neighbouring lines; the last cell of a line belongs to no column."""
    for has_column, run in groupby(rows, key=lambda row: len(row) > column + 1):
        if has_column:
            _justify(list(run), column)


def _justify(run: list[Row], column: int) -> None:
    width = 1 + max(len(row[column]) for row in run)
    for row in run:
        row[column] = row[column].ljust(width)
