"""Look at the model as Go does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..cards import Operations
from ..elements import Field, Reference, Resource
from ..errors import ModelError
from ..names import data
from .member import Member
from .resource import Enum, Go

TYPES = "languages/go_types.yml"
# Types and functions that every module has; an enum that would need one of these names gets the resource's in front.
TAKEN = frozenset(
    {"Cached", "Details", "Postgres", "Query", "REST", "Service", "Sort", "Store"}
    | {"NewCached", "NewPostgres", "NewREST", "NewService"}
)
# What sqlc declares in every package that it generates.
GENERATED = frozenset({"CreateParams", "DBTX", "DeleteParams", "GetParams", "New", "Queries", "UpdateParams"})
# Members of every stored row; a field with one of these names would hide them.
HIDDEN = frozenset({"Details", "LogValue"})
DECIMAL_LIMIT = Decimal("999999999999999999.999999")


def check(model: Iterable[Resource], brought: Iterable[Operations] = ()) -> None:
    """Refuse a model in which two declarations of a Go package would need one name."""
    owners = dict.fromkeys(data("languages/go.yml")["generated"], "generated code")
    owners |= {name: group.file for group in brought for name in group.types}
    for resource in model:
        go(resource)
        for name in _generated(resource):
            if owners.setdefault(name, resource.name.snake) != resource.name.snake:
                raise ModelError(f"{resource.name}: {owners[name]} needs the name {name} as well; rename one of them.")


def _generated(resource: Resource) -> Iterator[str]:
    """The types that come out of the contract of a resource."""
    yield item_name(resource)
    yield f"{answer_name(resource)}Headers"
    yield from (f"{resource.name.pascal}{part}" for part in ("Create", "Patch", "Page", "CreatedHeaders"))
    yield from (schema_name(resource, field) for field in resource.fields if field.type == "enum")


def go(resource: Resource) -> Go:
    """Look at a resource as Go does."""
    view = Go(
        resource=resource,
        type=_type(resource),
        schema=_alone(item_name(resource)),
        answer=_alone(answer_name(resource)),
        plural=resource.plural.go_pascal,
        variable=resource.name.go_local,
        members=tuple(_members(resource)),
        enums=tuple(_enum(resource, field) for field in resource.fields if field.type == "enum"),
    )
    _check_identifiers(view)
    return view


def _type(resource: Resource) -> str:
    """The name of a resource's type; every package has a Store, a Service and some more of its own."""
    name = resource.name.go_pascal
    return f"{name}Record" if name in TAKEN else name


def _members(resource: Resource) -> Iterator[Member]:
    for reference in resource.references:
        yield _reference(resource, reference)
    for field in resource.fields:
        yield _field(resource, field)


def _reference(resource: Resource, reference: Reference) -> Member:
    name = reference.column
    return Member(
        name=name.go_pascal,
        wire=name.snake,
        kind=data(TYPES)["uuid"],
        words={"variable": resource.name.go_local, "pointer": f"/{name}"},
        optional=reference.optional,
        defaulted=False,
        immutable=False,
        folded=False,
        columns=(name.go_pascal,),
        exists="s.Exists" if reference.target.name == resource.name else f"s.{reference.target.plural.go_local}.Exists",
    )


def _field(resource: Resource, field: Field) -> Member:
    return Member(
        name=field.name.go_pascal,
        wire=field.name.snake,
        kind=data(TYPES)[field.type],
        words=_words(resource, field),
        optional=field.optional,
        defaulted=field.default is not None,
        immutable=field.immutable,
        folded=field.type == "email",
        columns=tuple(column.go_pascal for column in field.columns),
        field=field,
    )


def _words(resource: Resource, field: Field) -> dict[str, str]:
    limits = field.limits
    low = limits.min if limits.min is not None or field.type != "decimal" else -DECIMAL_LIMIT
    high = limits.max if limits.max is not None or field.type != "decimal" else DECIMAL_LIMIT
    return {
        "variable": resource.name.go_local,
        "pointer": f"/{field.name}",
        "enum": enum_type(resource, field),
        "schema": schema_name(resource, field),
        "listed": ", ".join(value.wire for value in field.values),
        "min_length": str(limits.min_length),
        "max_length": str(limits.max_length),
        "min": _plain(low),
        "max": _plain(high),
    }


def _plain(number: int | Decimal | None) -> str:
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def enum_type(resource: Resource, field: Field) -> str:
    """The name of an enum's type in the package of its resource."""
    name = field.name.go_pascal
    others = {resource.name.go_pascal, *(reference.target.plural.go_pascal for reference in resource.references)}
    return resource.name.go_pascal + name if name in TAKEN | others else name


def item_name(resource: Resource) -> str:
    """The name of a resource in the contract; not one that generated code has for itself."""
    name = resource.name.pascal
    return f"{name}Record" if name in data("languages/go.yml")["generated"] else name


def answer_name(resource: Resource) -> str:
    """The name of the answer with a resource in the contract; not one that every operation has for a refusal."""
    name = resource.name.pascal
    return f"{name}Record" if name in data("languages/go.yml")["refusals"] else name


def _alone(name: str) -> str:
    """What ogen calls a type of that name: one word is spelled as in any Go name, and several stay as they are."""
    spelled: dict[str, str] = {known.lower(): known for known in data("languages/go.yml")["initialisms"]}
    return spelled.get(name.lower(), name)


def schema_name(resource: Resource, field: Field) -> str:
    """The name of an enum in the contract."""
    return resource.name.pascal + field.name.pascal


def _enum(resource: Resource, field: Field) -> Enum:
    type_ = enum_type(resource, field)
    constants = tuple((type_ + value.name.go_pascal, value.wire) for value in field.values)
    return Enum(type_, schema_name(resource, field), f"{resource.name.words}'s {field.name.words}", constants)


def _check_identifiers(view: Go) -> None:
    """No two declarations of the package may need one name."""
    if hidden := next((member for member in view.members if member.name in HIDDEN), None):
        raise ModelError(
            f"{view.resource.name}.{hidden.wire}: the code of every resource uses that name itself; choose another one."
        )
    if view.row in GENERATED:
        column = view.resource.table
        raise ModelError(f"{view.resource.name}: generated code needs the name of its column {column}; set its plural.")
    if taken := next((target for target in view.targets if target.plural.go_pascal in TAKEN), None):
        raise ModelError(
            f"{view.resource.name}: the code of every resource uses the name {taken.plural.go_pascal} itself; "
            f"set the plural of {taken.name}."
        )
    sorts = ["SortNewest", *(f"Sort{member.name}{way}" for member in view.sorts for way in ("", "Desc"))]
    declared = [view.type, *TAKEN, *(target.plural.go_pascal for target in view.targets), *sorts]
    for enum in view.enums:
        declared += [enum.type, *(constant for constant, _ in enum.constants)]
    for identifier in declared:
        if declared.count(identifier) > 1:
            raise ModelError(
                f"{view.resource.name}: two things in it need the Go name {identifier}; rename a field or a value."
            )
