"""Read the model: from the answer `resources` to a tuple of resources, parents first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import shape
from .elements import Field, Operations, Reference, Resource
from .errors import ModelError, listed, suggestion
from .fields import field
from .kinds import LONGEST_TEXT
from .names import Name, looks_plural, plural, words
from .normal import check_normal_form
from .references import Link, links, parents_first
from .uniques import composites

__all__ = ["Field", "ModelError", "Reference", "Resource", "parse"]

WORDS = ("about", "plural", "soft_delete", "owned", "operations", "belongs_to", "unique", "fields")
OPERATIONS = ("create", "get", "list", "update", "delete")
CARD = "card"  # stands for the kind of authentication where a card brings tables of its own
LONGEST_OF_CARDS = 2**20
MOST_RESOURCES = 100
MOST_FIELDS = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource whose parents are only names yet; `owned` is None where nothing was said."""

    resource: Resource
    links: tuple[Link, ...]
    owned: bool | None


def parse(raw: object, auth: str) -> tuple[Resource, ...]:
    """Turn the answer `resources` into the model, or say what is wrong with it."""
    body = shape.mapping("resources", raw)
    if len(body) > MOST_RESOURCES:
        raise ModelError(f"resources: there are {len(body)}; split the service, {MOST_RESOURCES} is the most for one.")
    longest = LONGEST_OF_CARDS if auth == CARD else LONGEST_TEXT
    drafts = {key: _draft(key, spec, longest) for key, spec in body.items()}
    _check_targets(drafts)
    built: dict[str, Resource] = {}
    for key in parents_first({key: draft.links for key, draft in drafts.items()}):
        built[key] = _build(drafts[key], built, auth)
    _check_distinct(tuple(built.values()))
    return tuple(built.values())


def _draft(key: str, raw: object, longest: int) -> Draft:
    name = shape.name(key, key)
    body = shape.mapping(key, raw, WORDS)
    specs = shape.mapping(f"{key}.fields", body.get("fields"))
    if len(specs) > MOST_FIELDS:
        advice = f"split the resource, {MOST_FIELDS} is the most for one"
        raise ModelError(f"{key}: there are {len(specs)} fields; {advice}.")
    resource = Resource(
        name=name,
        plural=_plural(name, body.get("plural")),
        about=shape.sentence(key, body, "about") or f"{name.article.title()} {name.words}.",
        fields=tuple(field(key, name_, spec, longest) for name_, spec in specs.items()),
        soft_delete=shape.flag(key, body, "soft_delete"),
        operations=_operations(key, body.get("operations")),
    )
    if resource.soft_delete and not resource.operations.deletes:
        raise ModelError(f"{key}: soft_delete has no use where nothing can be deleted; add delete to its operations.")
    its_links = links(name, body.get("belongs_to"))
    resource = replace(resource, composites=composites(resource, its_links, body.get("unique")))
    return Draft(resource, its_links, shape.flag(key, body, "owned") if "owned" in body else None)


def _plural(name: Name, raw: object) -> Name:
    if raw is not None:
        return shape.name(f"{name}.plural", raw)
    if looks_plural(name):
        raise ModelError(f"{name}: a resource is named in the singular; rename it, or say its plural with plural: …")
    return plural(name)


def _operations(where: str, raw: object) -> Operations:
    if raw is None:
        return Operations()
    chosen = [shape.choice(f"{where}.operations", word, OPERATIONS) for word in shape.items(f"{where}.operations", raw)]
    if not chosen:
        raise ModelError(f"{where}.operations: the list is empty; choose from {listed(OPERATIONS)}.")
    for word in ("update", "delete"):
        if word in chosen and "get" not in chosen:
            raise ModelError(f"{where}.operations: {word} needs the version that get shows; add get.")
    creates, gets, lists, updates, deletes = (word in chosen for word in OPERATIONS)
    return Operations(creates, gets, lists, updates, deletes)


def _check_targets(drafts: dict[str, Draft]) -> None:
    for key, draft in drafts.items():
        for link in draft.links:
            if link.target not in drafts:
                where = f"{key}.{link.role}"
                raise ModelError(f"{where}: {link.target!r} is not a resource; {suggestion(link.target, drafts)}")


def _build(draft: Draft, built: dict[str, Resource], auth: str) -> Resource:
    inherited = any(built[link.target].owned for link in draft.links if link.target in built)
    owned = inherited if draft.owned is None else draft.owned
    if owned and auth == "none":
        name = draft.resource.name
        raise ModelError(f"{name}: rows cannot be owned while auth is none; choose auth or remove owned.")
    bare = replace(draft.resource, owned=owned)
    references = tuple(_reference(bare, link, built.get(link.target, bare)) for link in draft.links)
    resource = replace(bare, references=references)
    _check_members(resource)
    check_normal_form(resource)
    return resource


def _reference(child: Resource, link: Link, target: Resource) -> Reference:
    if link.on_delete == "cascade" and child.soft_delete:
        raise ModelError(
            f"{child.name}.{link.role}: on_delete: cascade would erase rows that soft_delete keeps; use restrict."
        )
    return Reference(link.role, target, link.on_delete, link.optional, child.table)


def _check_members(resource: Resource) -> None:
    """No two members may need one column, or differ only where Go cannot see it."""
    seen: dict[str, str] = {}
    places = [(f"the field {f.name}", f.name, {*f.columns, f.name}) for f in resource.fields]
    places += [(f"the reference {r.role}", r.role, {r.column, r.role}) for r in resource.references]
    for member, name, columns in places:
        for column in sorted(columns):
            other = seen.setdefault(column.pascal, member)
            if other != member:
                where = f"{resource.name}.{name}"
                raise ModelError(f"{where}: {other} needs the name {column} as well; rename one of them.")


def _check_distinct(resources: tuple[Resource, ...]) -> None:
    """No two resources may need one table or one package."""
    tables = dict.fromkeys(words("reserved.yml", "tables"), "the migration runner")
    tables |= dict.fromkeys(words("reserved.yml", "contracts"), "the contract")
    packages: dict[str, str] = {}
    for resource in resources:
        for taken, place in ((tables, resource.table.snake), (packages, resource.package)):
            if place in taken:
                raise ModelError(
                    f"{resource.name}: {taken[place]} needs the name {place} as well; rename one, or set its plural."
                )
            taken[place] = resource.name.snake
