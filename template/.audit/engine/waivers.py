# Kept by the platform: docs/ownership.md says what that means.
"""Reads audit/waivers.yml: exceptions that name a check and an object exactly, with a reason, an owner and an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from engine.catalogue import Catalogue
from engine.model import BrokenError, Finding
from engine.text import mapping

FILE = "audit/waivers.yml"
MEMBERS = ("id", "check", "object", "reason", "owner", "until")
LONGEST = timedelta(days=180)
SHORTEST_REASON = 15


@dataclass(frozen=True)
class Waiver:
    """One exception, as it stands in the file."""

    id: str
    check: str
    object: str
    reason: str
    owner: str
    until: date
    place: str


def load(root: Path) -> list[Waiver]:
    """Returns the waivers; a file that is not there has none. BrokenError says what is malformed."""
    if not (root / FILE).is_file():
        return []
    listed = mapping(root / FILE, FILE).get("waivers") or []
    if not isinstance(listed, list):
        raise BrokenError(f"{FILE} must have a list of waivers.")
    found = [read(entry) for entry in listed]
    for member in ("id", "check and object"):
        seen: set[object] = set()
        for waiver in found:
            key = waiver.id if member == "id" else (waiver.check, waiver.object)
            if key in seen:
                raise BrokenError(f"{waiver.place}: {waiver.id} has the {member} of another waiver.")
            seen.add(key)
    return found


def read(entry: Any) -> Waiver:
    """Reads one waiver, strictly."""
    place = getattr(entry, "place", FILE)
    if not isinstance(entry, dict):
        raise BrokenError(f"{FILE}: each waiver has {', '.join(MEMBERS)}.")
    for name in MEMBERS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise BrokenError(f"{place}: {entry.get('id', 'a waiver')} lacks {name}, a text.")
    if unknown := sorted(set(entry) - set(MEMBERS)):
        raise BrokenError(f"{place}: {entry['id']} has {unknown[0]}, which waivers do not have.")
    if len(entry["reason"].strip()) < SHORTEST_REASON:
        raise BrokenError(f"{place}: the reason of {entry['id']} must have at least {SHORTEST_REASON} characters.")
    try:
        until = date.fromisoformat(entry["until"])
    except ValueError:
        raise BrokenError(f"{place}: until of {entry['id']} must be a date such as 2026-12-31.") from None
    texts = {name: entry[name].strip() for name in MEMBERS[:-1]}
    return Waiver(**texts, until=until, place=place)


def refused(waivers: Iterable[Waiver], catalogue: Catalogue, today: date) -> Iterator[tuple[Waiver, Finding]]:
    """Says which waivers are not accepted, and why. One that is refused waives nothing."""
    for waiver in waivers:
        check = catalogue.checks.get(waiver.check)
        if "*" in waiver.check + waiver.object or "?" in waiver.check:
            yield waiver, _finding("W.wildcard", waiver, "names more than one thing; write a waiver for each")
        elif check is None:
            yield waiver, _finding("W.unknown", waiver, f"there is no check {waiver.check}")
        elif not check.waivable:
            yield waiver, _finding("W.not-waivable", waiver, f"what belongs to {check.item} cannot be waived")
        elif waiver.until < today:
            yield waiver, _finding("W.expired", waiver, f"it ended on {waiver.until}")
        elif waiver.until > today + LONGEST:
            yield waiver, _finding("W.too-far", waiver, f"it ends on {waiver.until}, later than {today + LONGEST}")


def stale(waivers: Iterable[Waiver], used: set[str], ran: set[str]) -> Iterator[Finding]:
    """Says which waivers match nothing, of those whose checks were carried out."""
    for waiver in waivers:
        if waiver.check in ran and waiver.id not in used:
            yield _finding("W.stale", waiver, f"{waiver.check} finds nothing at {waiver.object}; delete it")


def _finding(check: str, waiver: Waiver, message: str) -> Finding:
    return Finding(check, waiver.id, message, waiver.place)
