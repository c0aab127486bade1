# Kept by the platform: docs/ownership.md says what that means.
"""Explains items and checks, lists them, and writes docs/checklist.md from the same data."""

from __future__ import annotations

import textwrap
from pathlib import Path

from engine.catalogue import Catalogue
from engine.model import BrokenError, Check, Item
from engine.runner import ENGINE
from engine.settings import Settings

NEAR = 5  # names that are offered for one that is none

HEAD = """<!-- Made by `make generate` from .audit/ and audit/: edit those. -->

# Checklist

What this service promises, the files that keep each promise, and the checks of `make audit` that prove it. Beside it
`make test` proves the rules of each resource, and `make lint` the borders between the modules.
[How to read it, and what to do about a finding](how-to/audit.md).
"""


def explain(known: Catalogue, what: str) -> int:
    """Prints all that is known of an item or a check."""
    if item := known.items.get(what):
        print(f"{item.id} {item.title}\n\n{item.means}\n")
        for each in _of(known, item):
            print(f"  {each.id:<30} {each.title}")
        return 0
    if check := known.checks.get(what):
        words = ("reason", "source", "repair")
        print(f"{check.id}: {check.title}\n")
        for name in words:
            print(f"  {name:<9} {getattr(check, name)}")
        print(f"  {'kind':<9} {check.kind}, written in {check.place}")
        print(f"  {'waiver':<9} {'possible' if check.waivable else 'never'}")
        print(f"  {'enforced':<9} from {check.enforced_from}")
        return 0
    if not what:
        raise BrokenError("Say what to explain: an item such as A5, or a check such as A5.rows-lost.")
    near = [name for name in (*known.items, *known.checks) if what.lower() in name.lower()]
    told = f"; did you mean {', '.join(near[:NEAR])}?" if near else "; `audit list` shows all."
    raise BrokenError(f"There is no item or check {what}{told}")


def listing(known: Catalogue, told: Settings) -> int:
    """Prints every check, and which of them do not apply to this service."""
    facts = set(told.facts)
    for item in known.items.values():
        print(f"{item.id} {item.title}")
        for check in _of(known, item):
            live = "static" if check.kind == ENGINE or not known.kinds[check.kind].live else "live"
            note = "" if facts.issuperset(check.applies) else f"  (does not apply: {' '.join(check.applies)})"
            print(f"  {check.id:<30} {live:<6} {check.kind:<15} {check.title}{note}")
    return 0


def checklist(known: Catalogue, told: Settings, root: Path) -> str:
    """Returns docs/checklist.md: each item, what it means, the files that meet it, the checks that prove it."""
    facts, parts = set(told.facts), [HEAD]
    for item in known.items.values():
        checks = [check for check in _of(known, item) if facts.issuperset(check.applies)]
        if not checks:
            continue
        parts.append(f"\n## {item.id} {item.title}\n\n{_wrapped(item.means)}\n")
        if links := _links(item, root):
            parts.append("\n" + _wrapped("Kept by " + ", ".join(links) + ".") + "\n")
        parts.append("\n| Check | Proves |\n| --- | --- |\n")
        parts += [f"| `{check.id}` | {check.title} |\n" for check in checks]
    return "".join(parts)


def _of(known: Catalogue, item: Item) -> list[Check]:
    return [check for check in known.checks.values() if check.item == item.id]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _links(item: Item, root: Path) -> list[str]:
    """Links to what matches the item's patterns; folders count as well as files."""
    found = sorted({path.relative_to(root).as_posix() for pattern in item.files for path in root.glob(pattern)})
    return [f"[{path}](../{path}{'/' if (root / path).is_dir() else ''})" for path in found]
