"""Markdown as tests see it: links, headings, code, diagrams, and the targets that a reader is asked to make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable("table")
TARGET = re.compile(r"^([a-z][a-z-]*(?: [a-z][a-z-]*)*):(?!=)", re.MULTILINE)
CALL = re.compile(r"(?:^|[\s$(&;])make((?: [a-z][a-z-]*(?![\w=./-]))+)", re.MULTILINE)


@cache
def tokens(file: Path) -> list[Token]:
    """What a document consists of, flat."""
    blocks = READER.parse(file.read_text(encoding="utf-8"))
    return [token for block in blocks for token in (block, *(block.children or ()))]


def documents(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.md") if ".git" not in file.parts)


def links(file: Path) -> Iterator[str]:
    """The targets of links and pictures that lead into the repository."""
    for token in tokens(file):
        target = str(token.attrGet("href") or token.attrGet("src") or "")
        if target and not urlsplit(target).scheme:
            yield target


def anchors(file: Path) -> set[str]:
    """The names of the headings of a document, as GitHub makes them."""
    blocks = READER.parse(file.read_text(encoding="utf-8"))
    titles = [after.content for block, after in pairwise(blocks) if block.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(file: Path, root: Path) -> list[str]:
    """The links of a document that lead nowhere, or out of the repository."""
    found = []
    for link in links(file):
        parts = urlsplit(link)
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        inside = target.is_relative_to(root.resolve()) and target.exists()
        if not inside or (parts.fragment and parts.fragment not in anchors(target)):
            found.append(link)
    return found


def codes(file: Path) -> Iterator[str]:
    return (token.content for token in tokens(file) if token.type in ("code_inline", "fence"))


def called(file: Path) -> set[str]:
    """The targets that a document asks its reader to make."""
    return {target for code in codes(file) for words in CALL.findall(code) for target in words.split()}


def first_cells(file: Path) -> Iterator[str]:
    """The code in the first column of the tables of a document."""
    blocks = READER.parse(file.read_text(encoding="utf-8"))
    cells = (blocks[index + 2] for index, block in enumerate(blocks) if block.type == "tr_open")
    yield from (child.content for cell in cells for child in cell.children or () if child.type == "code_inline")


def targets(*files: Path) -> set[str]:
    names = [name for file in files for name in TARGET.findall(file.read_text(encoding="utf-8"))]
    return {target for name in names for target in name.split()}


def diagrams(file: Path) -> list[str]:
    return [token.content for token in tokens(file) if token.type == "fence" and token.info == "mermaid"]
