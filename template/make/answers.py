# Kept by the platform: docs/ownership.md says what that means.
"""Reads the answers file, in which git keeps the lines of both when two branches that changed it are merged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from commands import RefusalError

ANSWERS = ".copier-answers.yml"

# Of two limits that branches widened, what both allow: to widen it to what model.yml says is right whatever was done.
NARROWER: dict[str, Callable[[Any, Any], Any]] = {
    "min": max,
    "max": min,
    "values": lambda one, two: [value for value in one if value in two],
}


def answers(folder: Path) -> dict[str, Any]:
    """Returns what the answers file says, if it is as Copier wrote it, or as git merged two that Copier wrote."""
    try:
        found = _read(folder / ANSWERS)
        parts, chosen = set(found["applied"]["parts"]), found["framework"]
        both = found["database"], found["auth"], found["cache"], found["api_versioning"], *found["apis"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise RefusalError(f"{ANSWERS} cannot be read: restore it from git, for Copier alone writes it.") from error
    if parts != {chosen, *both} - {"none"}:
        differing = ", ".join(sorted(map(str, parts ^ ({chosen, *both} - {"none"}))))
        raise RefusalError(
            f"{ANSWERS} was edited by hand ({differing}): restore it, then say `make answer key=value` instead."
        )
    return found


def as_one(folder: Path) -> str:
    """Returns the text of the answers file with each key once; nothing if it is so already."""
    text = (folder / ANSWERS).read_text(encoding="utf-8")
    doubled = _doubled(yaml.compose(text, yaml.SafeLoader))
    return yaml.safe_dump(answers(folder), sort_keys=False, allow_unicode=True) if doubled else ""


def _read(file: Path) -> dict[str, Any]:
    loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
    try:
        found: dict[str, Any] = _value(loader, loader.get_single_node(), ())
    finally:
        loader.dispose()
    return found


def _value(loader: yaml.SafeLoader, node: yaml.Node | None, place: tuple[str, ...]) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node, deep=True)
    found: dict[str, Any] = {}
    for name, content in node.value:
        key = str(name.value)
        value = _value(loader, content, (*place, key))
        found[key] = _joined(found[key], value, (*place, key)) if key in found else value
    return found


def _joined(one: Any, two: Any, place: tuple[str, ...]) -> Any:
    """Returns what both say; refuses where they differ, as only the migrations know which of them came last."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one | {key: _joined(one[key], two[key], (*place, key)) if key in one else two[key] for key in two}
    if one == two or place[0] == "resources":  # which model.yml decides
        return two
    match place:
        case ("applied", "functions") | ("applied", "tables", _, "retired"):
            return list(dict.fromkeys([*one, *two]))
        case ("applied", "tables", _, "delete") if {one, two} == {"hard", "soft"}:
            return "soft"  # which nothing takes back
        case ("applied", "tables", _, "checks", _, limit) if limit in NARROWER:
            return NARROWER[limit](one, two)
    raise RefusalError(
        f"{ANSWERS} has {'.'.join(place)} twice, as two branches changed it: write what "
        "the newer migration says of it into both lines, and delete neither."
    )


def _doubled(node: yaml.Node | None) -> bool:
    if not isinstance(node, yaml.MappingNode):
        return False
    names = [name.value for name, _ in node.value]
    return len(set(names)) < len(names) or any(_doubled(content) for _, content in node.value)
