"""What the tests of a resource are printed from: rows, bodies, refusals, and which cases apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from json import dumps

from ..elements import Field, Reference, Resource
from ..seed import room, values
from ..text import literal
from .resource import Go

MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """A body that breaks one rule of the contract.

    Attributes:
        value: The wrong value of the member, as Go writes it.
        place: Where the answer says that the rule is broken, a JSON Pointer.
    """

    name: str
    member: str
    value: str
    place: str
    code: str


@dataclass(frozen=True, slots=True)
class Tests:
    """The tests of one resource."""

    view: Go

    @property
    def resource(self) -> Resource:
        return self.view.resource

    @property
    def rows(self) -> range:
        """The numbers of the examples that differ in every unique member."""
        return range(1, room(self.resource, MOST_ROWS) + 1)

    @property
    def parents(self) -> tuple[Reference, ...]:
        """The references that a row cannot be without."""
        return tuple(reference for reference in self.resource.references if not reference.optional)

    @property
    def inserts(self) -> tuple[str, ...]:
        """A statement for each example: $1 is the id, then come the parents, then the owner."""
        return tuple(self._insert(n) for n in self.rows)

    def _insert(self, n: int) -> str:
        resource = self.resource
        columns = ["id", *(parent.column.sql for parent in self.parents)]
        places = [f"${place}" for place in range(1, len(columns) + 1 + resource.owned)]
        columns += ["owner"] if resource.owned else []
        columns += [column.sql for field in resource.fields for column in field.columns]
        literals = [value for field in resource.fields for value in values(field, n)]
        return f"insert into {resource.table.sql} ({', '.join(columns)}) values ({', '.join(places + literals)})"

    @property
    def owner_name(self) -> str:
        """The parameter of the function that inserts a row; it has no use where nobody owns anything."""
        return "owner" if self.resource.owned or self.parents else "_"

    @property
    def bodies(self) -> tuple[str, ...]:
        return tuple(dumps({f.name.snake: f.example(n) for f in self.resource.fields}) for n in self.rows)

    @property
    def canary(self) -> str:
        """A body whose texts are told nowhere if nothing that a caller sends is."""
        told = {field.name.snake: _canary(field) for field in self.resource.fields if _canary(field)}
        return dumps({field.name.snake: field.example(1) for field in self.resource.fields} | told)

    @property
    def cases(self) -> tuple[str, ...]:
        """The pieces of the test file, in its order."""
        return (
            tuple(self._create())
            + tuple(self._get())
            + tuple(self._list())
            + tuple(self._update())
            + tuple(self._delete())
        )

    def _create(self) -> Iterator[str]:
        if self.resource.operations.creates:
            yield "create"
            yield "create_refuses"
            yield from ["create_taken"] if self.uniques and len(self.rows) > 1 else []
            yield from ["create_orphan"] if self.resource.references else []
            yield from ["create_foreign_parent"] if self.owned_parents else []

    def _get(self) -> Iterator[str]:
        if self.resource.operations.gets:
            yield "get"
            yield from ["get_foreign"] if self.resource.owned else []

    def _list(self) -> Iterator[str]:
        if self.resource.operations.lists:
            yield from ["list_pages"] if len(self.rows) > 2 else []
            yield "list_refuses"
            yield from ["list_filters"] if self.view.filters and len(self.rows) > 1 else []
            yield from ["list_sorts"] if self.view.sorts and len(self.rows) > 1 else []
            yield from ["list_own"] if self.resource.owned else []

    def _update(self) -> Iterator[str]:
        if self.resource.operations.updates:
            yield from ["update"] if len(self.rows) > 1 and self.changeable else []
            yield "update_preconditions"
            yield from ["update_clears"] if self.clearable else []
            yield from ["update_immutable"] if self.view.immutable else []

    def _delete(self) -> Iterator[str]:
        if self.resource.operations.deletes:
            yield "delete"
        if self.guarded_parents and self.resource.operations.gets:
            yield "parents"

    @property
    def owned_parents(self) -> tuple[Reference, ...]:
        return tuple(r for r in self.resource.references if r.target.owned and r.target.name != self.resource.name)

    @property
    def guarded_parents(self) -> tuple[Reference, ...]:
        """The references whose parents callers can delete, and that a test can fill."""
        fills = self.resource.operations.creates
        others = (r for r in self.resource.references if r.target.name != self.resource.name)
        return tuple(r for r in others if r.target.operations.deletes and (fills or not r.optional))

    @property
    def item_methods(self) -> str:
        does = self.resource.operations
        methods = {"GET": does.gets, "PATCH": does.updates, "DELETE": does.deletes}
        return strings((method for method, offered in methods.items() if offered), "[]string")

    @property
    def filtered(self) -> tuple[str, ...]:
        """The filters whose value every example has."""
        return (
            *(parent.column.snake for parent in self.parents),
            *(field.name.snake for field in self.resource.filters),
        )

    @property
    def members(self) -> tuple[str, ...]:
        """The members that every example has."""
        return (
            *(parent.column.snake for parent in self.parents),
            *(field.name.snake for field in self.resource.fields),
        )

    @property
    def changeable(self) -> tuple[str, ...]:
        """The members of every example that an update may change."""
        mutable = {member.wire for member in self.view.mutable}
        return tuple(member for member in self.members if member in mutable)

    @property
    def changed(self) -> str:
        return self.changeable[-1]

    @property
    def kept(self) -> tuple[str, ...]:
        return tuple(member for member in self.members if member != self.changed)

    @property
    def empty_breaks(self) -> tuple[str, ...]:
        """The places at which details without any value break a rule, in order."""
        return tuple(f"/{field.name}" for field in self.resource.fields if not field.optional and _needs_value(field))

    @property
    def uniques(self) -> tuple[tuple[str, ...], ...]:
        """The uniquenesses that two examples can be made to break."""
        always = set(self.members)
        found = [tuple(map(str, unique.members)) for unique in self.resource.uniques]
        alone = [members for members in found if not any(set(other) < set(members) for other in found)]
        return tuple(members for members in alone if always.issuperset(members))

    @property
    def clearable(self) -> tuple[str, ...]:
        return tuple(field.name.snake for field in self.resource.fields if field.optional and not field.immutable)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        found = [Refusal("an unknown member", "no_such_member", "1", "/no_such_member", "unknown")]
        for parent in self.parents:
            column = parent.column.snake
            found.append(Refusal(f"without {column}", column, "testkit.Omitted", f"/{column}", "required"))
        for field in self.resource.fields:
            found += _refusals(field)
        return tuple(found)


def _canary(field: Field) -> str:
    if field.type == "email":
        return "canary-0@example.com"
    room = field.type == "text" and (field.limits.min_length or 0) <= len("canary-0") <= (field.limits.max_length or 0)
    return "canary-0" if room else ""


def _refusals(field: Field) -> list[Refusal]:
    name, place = field.name.snake, f"/{field.name}"
    found = []
    if field.required:
        found.append(Refusal(f"without {name}", name, "testkit.Omitted", place, "required"))
    if not field.optional:
        found.append(Refusal(f"{name} as null", name, "nil", place, "type"))
    if wrong := _wrong(field):
        value, tail, code = wrong
        found.append(Refusal(f"{name} that breaks its rule", name, value, place + tail, code))
    return found


def _needs_value(field: Field) -> bool:
    limits = field.limits
    match field.type:
        case "text":
            return bool(limits.min_length)
        case "integer" | "decimal":
            return not (limits.min is None or limits.min <= 0) or not (limits.max is None or limits.max >= 0)
        case kind:
            return kind in ("email", "url", "enum", "money", "json")


def strings(texts: Iterable[object], type_: str = "") -> str:
    """A list of texts as Go writes it."""
    return f"{type_}{{{', '.join(literal(str(text)) for text in texts)}}}"


def _wrong(field: Field) -> tuple[str, str, str] | None:
    limits = field.limits
    match field.type:
        case "text":
            return f'strings.Repeat("x", {(limits.max_length or 0) + 1})', "", "too_long"
        case "integer":
            return str(int(limits.max or 0) + 1), "", "too_large"
        case "money":
            return 'map[string]any{"amount": 1, "currency": "euro"}', "/currency", "pattern"
        case kind:
            return WRONG.get(kind)


WRONG = {
    "email": ('"nobody"', "", "format"),
    "url": ('"ftp://example.com"', "", "pattern"),
    "decimal": ('"1.2.3"', "", "pattern"),
    "boolean": ('"yes"', "", "type"),
    "date": ('"2026-02-30"', "", "format"),
    "timestamp": ('"yesterday"', "", "format"),
    "uuid": ('"1"', "", "format"),
    "enum": ('"NOT_LISTED_HERE"', "", "not_listed"),
    "json": ("[]any{}", "", "type"),
}
