# Kept by the platform: docs/ownership.md says what that means.
"""Loads items, kinds and checks: those of the platform, and those of the team beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.model import BrokenError, Check, Item
from engine.text import Node, mapping

HOME = Path(__file__).resolve().parent.parent
LOCAL = "audit/local"
TEXTS = ("id", "item", "kind", "title", "reason", "source", "repair", "enforced_from")
ID = re.compile(r"^[A-Z]+[0-9]*\.[a-z0-9]+(-[a-z0-9]+)*$")


@dataclass(frozen=True)
class KindOfCheck:
    """Where the code of a kind is. One that is live needs the running service."""

    name: str
    module: str
    live: bool


@dataclass(frozen=True)
class Catalogue:
    """All that the audit knows to check."""

    items: dict[str, Item]
    kinds: dict[str, KindOfCheck]
    checks: dict[str, Check]


def load(root: Path) -> Catalogue:
    """Returns the catalogue for a service; BrokenError says which file is wrong, and why."""
    items = {name: item(name, told) for name, told in members(HOME / "items.yml", ".audit/items.yml", "items")}
    kinds = {name: kind(name, told) for name, told in members(HOME / "kinds.yml", ".audit/kinds.yml", "kinds")}
    files = [(file, f".audit/checks/{file.name}") for file in sorted((HOME / "checks").glob("*.yml"))]
    files += [(file, f"{LOCAL}/{file.name}") for file in sorted((root / LOCAL).glob("*checks.yml"))]
    checks: dict[str, Check] = {}
    for file, name in files:
        for entry in mapping(file, name).get("checks") or []:
            found = check(entry, name, root)
            if found.id in checks:
                raise BrokenError(f"{found.place}: {found.id} is there already, in {checks[found.id].place}.")
            if found.item not in items:
                raise BrokenError(f"{found.place}: {found.id} belongs to {found.item}, which is no item.")
            if found.kind not in (*kinds, "engine"):
                raise BrokenError(
                    f"{found.place}: {found.id} is of the kind {found.kind}; there are {', '.join(sorted(kinds))}."
                )
            checks[found.id] = found
    return Catalogue(items, kinds, checks)


def members(file: Path, name: str, word: str) -> list[tuple[str, Node]]:
    """Returns what stands below a word of a file."""
    found = mapping(file, name).get(word)
    if not isinstance(found, Node) or not all(isinstance(told, Node) for told in found.values()):
        raise BrokenError(f"{name} must have {word}.")
    return list(found.items())


def item(name: str, told: dict[str, Any]) -> Item:
    """Reads one item."""
    return Item(name, str(told["title"]), str(told["means"]), tuple(map(str, told.get("files", []))))


def kind(name: str, told: dict[str, Any]) -> KindOfCheck:
    """Reads one kind."""
    return KindOfCheck(name, str(told["module"]), bool(told.get("live", False)))


def check(told: Any, file: str, root: Path) -> Check:
    """Reads one check; what is not common to all checks is its rule.

    Where it is repaired in a service of the platform is said of those only that have such a place.
    """
    place = getattr(told, "place", file)
    if not isinstance(told, dict):
        raise BrokenError(f"{file}: each check is a mapping.")
    if missing := [name for name in TEXTS if not isinstance(told.get(name), str) or not told[name].strip()]:
        raise BrokenError(f"{place}: a check lacks {missing[0]}.")
    if not ID.match(told["id"]) or not told["id"].startswith(f"{told['item']}."):
        raise BrokenError(
            f"{place}: {told['id']} must be its item, a point, and a name such as {told['item']}.telling-name."
        )
    try:
        enforced = date.fromisoformat(told["enforced_from"])
    except ValueError:
        raise BrokenError(f"{place}: enforced_from of {told['id']} must be a date such as 2026-01-31.") from None
    applies = told.get("applies", "")
    words = tuple(applies.split()) if isinstance(applies, str) else tuple(map(str, applies))
    rule = {name: value for name, value in told.items() if name not in (*TEXTS, "applies", "where")}
    common = {name: str(told[name]) for name in TEXTS[:-1]}
    where = str(told.get("where", ""))
    if where and (root / where.partition(",")[0]).exists():
        common["repair"] = f"{common['repair'].removesuffix('.')} ({where})."
    return Check(**common, enforced_from=enforced, applies=words, rule=rule, place=place)
