"""Which resources have copies in a cache, and which of these copies a delete makes old."""

from __future__ import annotations

from collections.abc import Iterable

from .cards import Card
from .elements import Reference, Resource

QUESTION = "cache"


def cached(model: tuple[Resource, ...], parts: Iterable[Card]) -> tuple[Resource, ...]:
    """The resources that callers read one by one, if the service has a cache."""
    wanted = any(part.question == QUESTION for part in parts)
    return tuple(resource for resource in model if wanted and resource.operations.gets)


def changed_with(model: tuple[Resource, ...], kept: tuple[Resource, ...]) -> dict[str, tuple[Resource, ...]]:
    """For each resource, those of which the database may delete or change rows with one of its own."""
    return {parent.name.snake: tuple(r for r in kept if r.name in _touched(parent, model)) for parent in model}


def deleted_with(kept: tuple[Resource, ...]) -> tuple[tuple[Resource, Reference], ...]:
    """The resources of which a row cannot be without a parent, and goes with it when callers delete that one."""
    return tuple(
        (child, reference)
        for child in kept
        for reference in child.references
        if reference.on_delete == "cascade" and not reference.optional and reference.target.operations.deletes
    )


def _touched(parent: Resource, model: tuple[Resource, ...]) -> set[object]:
    found: set[object] = set()
    dying = [parent]
    while dying:
        target = dying.pop()
        for child in model:
            actions = {r.on_delete for r in child.references if r.target.name == target.name} - {"restrict"}
            if "cascade" in actions and child.name not in found:
                dying.append(child)
            found |= {child.name} if actions else set()
    return found
