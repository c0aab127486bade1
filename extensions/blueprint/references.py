"""Read `belongs_to`: which resources a resource belongs to, in which role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import shape
from .errors import ModelError
from .names import Name

WORDS = ("resource", "on_delete", "optional")
ON_DELETE = ("restrict", "cascade", "set_null")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference whose target is only a name yet."""

    role: Name
    target: str
    on_delete: str
    optional: bool


def links(resource: Name, raw: object) -> tuple[Link, ...]:
    """The references of a resource: from a list of resources, or a mapping from role to detail."""
    where = f"{resource}.belongs_to"
    if isinstance(raw, list):
        twice = next((item for item in raw if raw.count(item) > 1), None)
        if twice is not None:
            raise ModelError(
                f"{where}: {twice} is listed twice; name two roles, such as {{sender: {{resource: {twice}}}}}."
            )
        raw = {item if isinstance(item, str) else str(item): None for item in raw}
    return tuple(_link(resource, role, detail) for role, detail in shape.mapping(where, raw).items())


def _link(resource: Name, key: str, raw: object) -> Link:
    where = f"{resource}.{key}"
    role = shape.name(where, key)
    body = shape.mapping(where, raw, WORDS)
    link = Link(
        role=role,
        target=shape.name(f"{where}: resource", body.get("resource", role.snake)).snake,
        on_delete=shape.choice(f"{where}: on_delete", body.get("on_delete", "restrict"), ON_DELETE),
        optional=shape.flag(where, body, "optional"),
    )
    if link.on_delete == "set_null" and not link.optional:
        raise ModelError(f"{where}: on_delete: set_null empties the reference; add optional: true.")
    if link.target == resource.snake and not link.optional:
        raise ModelError(f"{where}: the first {resource.words} could never be created; add optional: true.")
    return link


def parents_first(links_of: dict[str, tuple[Link, ...]]) -> list[str]:
    """The resources in an order in which each comes after all that it belongs to."""
    order: list[str] = []
    for resource in links_of:
        _visit(resource, links_of, order, [])
    return order


def _visit(resource: str, links_of: dict[str, tuple[Link, ...]], order: list[str], path: list[str]) -> None:
    if resource in path:
        circle = " -> ".join([*path[path.index(resource) :], resource])
        raise ModelError(
            f"{path[-1]}: these resources belong to one another in a circle ({circle}); drop one belongs_to."
        )
    if resource not in order:
        for parent in _parents(resource, links_of[resource]):
            _visit(parent, links_of, order, [*path, resource])
        order.append(resource)


def _parents(resource: str, its_links: Iterable[Link]) -> list[str]:
    return [link.target for link in its_links if link.target != resource]
