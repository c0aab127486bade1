"""The third normal form, as far as names and types show it; `denormalised: <reason>` overrules each rule."""

from __future__ import annotations

import re
from collections import defaultdict

from .elements import Field, Resource
from .errors import ModelError, listed

OVERRULE = "or add denormalised: <the reason>"
KEY_WORDS = frozenset(("attribute", "attr", "key", "name", "property", "field"))
FREE_TO_REPEAT = frozenset(("status", "state"))


def check_normal_form(resource: Resource) -> None:
    """Refuse what the audit of the finished database would refuse, where it can still be cheaply changed."""
    plain = tuple(field for field in resource.fields if not field.denormalised)
    _no_json(resource, plain)
    _no_numbered_group(resource, plain)
    _no_copied_column(resource, plain)
    _no_polymorphic_reference(resource, plain)
    _no_attribute_value(resource, plain)


def _no_json(resource: Resource, fields: tuple[Field, ...]) -> None:
    for field in fields:
        if field.type == "json":
            where = f"{resource.name}.{field.name}"
            raise ModelError(f"{where}: json hides fields from the database; list them, {OVERRULE}.")


def _no_numbered_group(resource: Resource, fields: tuple[Field, ...]) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        if re.search(r"[a-z]_?[0-9]+$", field.name.snake):
            groups[re.sub(r"_?[0-9]+$", "", field.name.snake)].append(field.name.snake)
    for stem, names in groups.items():
        if len(names) > 1:
            where, group = f"{resource.name}.{names[0]}", listed(names)
            advice = f"make {stem} a resource that belongs to {resource.name}"
            raise ModelError(f"{where}: {group} repeat one field; {advice}, {OVERRULE}.")


def _no_copied_column(resource: Resource, fields: tuple[Field, ...]) -> None:
    for reference in resource.references:
        copies = {f"{reference.role}_{field.name}": field.name for field in reference.target.fields}
        for field in fields:
            source = copies.get(field.name.snake)
            if source and source.snake not in FREE_TO_REPEAT and reference.target.name != resource.name:
                place = f"{reference.target.name}.{source}"
                raise ModelError(f"{resource.name}.{field.name}: this repeats {place}; read it there, {OVERRULE}.")


def _no_polymorphic_reference(resource: Resource, fields: tuple[Field, ...]) -> None:
    for reference in resource.references:
        for field in fields:
            if field.name.snake == f"{reference.role}_type":
                advice = "use one optional reference for each target"
                raise ModelError(
                    f"{resource.name}.{field.name}: a type beside {reference.column} says that it refers to "
                    f"several resources; {advice}, {OVERRULE}."
                )


def _no_attribute_value(resource: Resource, fields: tuple[Field, ...]) -> None:
    names = {field.name.snake for field in fields}
    columns = sum(len(field.columns) for field in resource.fields) + len(resource.references) + resource.owned
    if resource.references and "value" in names and names & KEY_WORDS and columns <= 3:
        hidden = "name and value per row hide fields from the database"
        advice = "give the parent a field for each attribute"
        raise ModelError(f"{resource.name}.value: {hidden}; {advice}, {OVERRULE}.")
