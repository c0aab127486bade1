# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that reads files. A rule says which files, and what each must have or must not.

files: ["internal/**/*.go"]   # patterns below the folder of the service
but: ["**/*_test.go"]         # without these
must: "^package "             # a pattern that each file has; must_not is its opposite
any: true                     # there is at least one such file
mentioned_in: docs/x.md       # what `must_not` would find, its first group, stands in that file instead
tables: true                  # each table is named by the statements of one folder only
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from engine.context import Context
from engine.model import BrokenError, Check, Evidence, Finding, Ran

KIND = "layout"
LEFT_OUT = frozenset((".git", ".local", "node_modules", ".venv", "__pycache__"))
LARGEST = 1_000_000  # bytes; what is larger is no source
NAME = r"(?:\w+\.)?\"?([a-z_][a-z0-9_]*)"
USED = re.compile(rf"\b(?:from|join|into|update)\s+(?:only\s+)?{NAME}", re.IGNORECASE)
MADE = re.compile(rf"\b(?:create\s+table\s+(?:if\s+not\s+exists\s+)?|rename\s+to\s+){NAME}", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*")


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the rules."""
    tree = Tree(context.root)
    for check in checks:
        files = tree.matching(check.rule.get("files", []), check.rule.get("but", []))
        if check.rule.get("any") and not files:
            yield Finding(check.id, " ".join(check.rule["files"]), "is not there")
        judge = owners if check.rule.get("tables") else lines
        yield from judge(check, context.root, files)
        yield Evidence(check.id, f"{len(files)} files")
        yield Ran(check.id)


class Tree:
    """The files of a service, listed once."""

    def __init__(self, root: Path) -> None:
        self.names = sorted(_walk(root, root))

    def matching(self, patterns: list[str], but: list[str]) -> list[str]:
        """The files that fit a pattern, and none of the others."""
        return [
            name for name in self.names if any(fits(name, p) for p in patterns) and not any(fits(name, p) for p in but)
        ]


def _walk(root: Path, folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name not in LEFT_OUT:
                yield from _walk(root, path)
        elif path.is_file():
            yield path.relative_to(root).as_posix()


def fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern, in which ** stands for any folders and * for a part of one name."""
    if pattern.startswith("**/"):
        return fits(name, pattern[3:]) or any(fits("/".join(parts), pattern[3:]) for parts in _tails(name))
    if "/**/" in pattern:
        head, _, tail = pattern.partition("/**/")
        depth = head.count("/") + 1
        return fits("/".join(name.split("/")[:depth]), head) and fits("/".join(name.split("/")[depth:]), f"**/{tail}")
    return name.count("/") == pattern.count("/") and fnmatch(name, pattern)


def _tails(name: str) -> Iterator[list[str]]:
    parts = name.split("/")
    for first in range(1, len(parts)):
        yield parts[first:]


def lines(check: Check, root: Path, files: list[str]) -> Iterator[Finding]:
    """Holds each file against a pattern."""
    must, must_not = (compiled(check, word) for word in ("must", "must_not"))
    mentioned = text(root / check.rule["mentioned_in"]) if "mentioned_in" in check.rule else None
    for name in files:
        content = text(root / name)
        if must and not must.search(content):
            yield Finding(check.id, name, message(check, ""), f"{name}:1")
        for match in must_not.finditer(content) if must_not else ():
            if mentioned is not None and match[1] in mentioned:
                continue
            line = content.count("\n", 0, match.start(match.lastindex or 0)) + 1
            found = match[match.lastindex or 0].strip()[:60]
            yield Finding(
                check.id,
                f"{name}: {found}" if check.rule.get("show") else name,
                message(check, found),
                f"{name}:{line}",
            )


def message(check: Check, found: str) -> str:
    """What a finding says."""
    return str(check.rule.get("message", check.title)).replace("{found}", found)


def owners(check: Check, root: Path, files: list[str]) -> Iterator[Finding]:
    """Whether statements of two folders name the same table. What no migration made is none: `do update set`, a CTE."""
    folders: dict[str, dict[str, str]] = defaultdict(dict)
    tables = {table for file in (root / "db" / "migrations").glob("*.sql") for table in MADE.findall(text(file))}
    for name in files:
        for number, line in enumerate(text(root / name).splitlines(), 1):
            for table in tables.intersection(USED.findall(COMMENT.sub("", line))):
                folders[table].setdefault(name.rpartition("/")[0], f"{name}:{number}")
    for table, used in sorted(folders.items()):
        if len(used) > 1:
            yield Finding(check.id, table, f"is used by {' and '.join(sorted(used))}", list(used.values())[-1])


def compiled(check: Check, word: str) -> re.Pattern[str] | None:
    """The pattern of a rule; BrokenError if it is none."""
    try:
        return re.compile(check.rule[word], re.MULTILINE) if word in check.rule else None
    except re.error as error:
        raise BrokenError(f"{check.place}: {word} of {check.id} is no pattern: {error}") from None


def text(file: Path) -> str:
    """The text of a file; nothing if it is large or no text."""
    try:
        content = file.read_bytes() if file.stat().st_size <= LARGEST else b""
    except OSError:
        return ""
    return "" if b"\0" in content else content.decode(errors="replace")
