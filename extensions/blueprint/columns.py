"""Align columns exactly as gofmt does, so that templates need not count spaces."""

from __future__ import annotations

import re
from itertools import groupby
from math import exp, log

# A cell ends where two spaces begin, except inside a literal; a comment is one cell to the end of its line.
_CELL = re.compile(r"""(?://.*|"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|(?!\s\s).)+""")
_INDENT = re.compile(r"\t*")

# From go/printer: keys up to this size are aligned always, longer ones if they differ by less than this factor.
SMALL_KEY = 40
RATIO = 2.5

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
            for section in _sections(list(run), column):
                _justify(section, column)


def _sections(run: list[Row], column: int) -> list[list[Row]]:
    """Cut a run of `key: value` lines where a long key differs too much from those before it, as gofmt does."""
    if column or not all(row[0].endswith(":") for row in run):
        return [run]
    sections = [run[:1]]
    for row in run[1:]:
        sizes = [len(each[0]) - 1 for each in sections[-1]]
        size = len(row[0]) - 1
        mean = exp(sum(map(log, sizes)) / len(sizes))
        if max(sizes[-1], size) > SMALL_KEY and not 1 / RATIO < size / mean < RATIO:
            sections.append([row])
        else:
            sections[-1].append(row)
    return sections


def _justify(run: list[Row], column: int) -> None:
    width = 1 + max(len(row[column]) for row in run)
    for row in run:
        row[column] = row[column].ljust(width)
