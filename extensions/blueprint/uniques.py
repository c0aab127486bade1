"""Read `unique`: sets of members that no two rows may share."""

from __future__ import annotations

from . import shape
from .elements import Resource
from .errors import ModelError, listed
from .kinds import LONGEST_INDEXED
from .names import Name
from .references import Link


def composites(resource: Resource, its_links: tuple[Link, ...], raw: object) -> tuple[tuple[Name, ...], ...]:
    where = f"{resource.name}.unique"
    found: list[tuple[Name, ...]] = []
    for group in shape.items(where, raw):
        if not isinstance(group, list) or not group:
            raise ModelError(f"{where}: {group!r} is not a list of names; write a list of lists: [[name, kind]].")
        members = tuple(_member(resource, its_links, word) for word in group)
        if len(members) == 1 and resource.field(group[0]):
            raise ModelError(f"{where}: {group[0]} stands alone; write unique: true at the field.")
        if len(set(members)) < len(members) or any(set(members) == set(other) for other in found):
            raise ModelError(f"{where}: {listed(map(str, group))} is said twice; remove one.")
        found.append(members)
    return tuple(found)


def _member(resource: Resource, its_links: tuple[Link, ...], word: object) -> Name:
    roles = {link.role.snake: Name(f"{link.role}_id") for link in its_links}
    known = [*(field_.name.snake for field_ in resource.fields), *roles]
    word = shape.choice(f"{resource.name}.unique", word, known)
    its_field = resource.field(word)
    if its_field and its_field.type in ("json", "money"):
        raise ModelError(f"{resource.name}.{word}: {its_field.type} cannot be part of a unique list; remove it there.")
    if its_field and its_field.type == "text" and (its_field.limits.max_length or 0) > LONGEST_INDEXED:
        advice = f"set its max_length to {LONGEST_INDEXED} or less, or remove it there"
        raise ModelError(f"{resource.name}.{word}: this text is too long to be part of a unique list; {advice}.")
    return roles[word] if its_field is None else its_field.name
