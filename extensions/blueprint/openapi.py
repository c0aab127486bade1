"""A resource as its OpenAPI contract sees it: members, parameters, answers and problems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .cards import Operations
from .elements import Field, Reference, Resource
from .errors import ModelError
from .golang.view import answer_name, item_name, schema_name
from .kinds import KINDS
from .text import literal

Schema = dict[str, Any]

PLAIN = re.compile(r"\A[A-Za-z][A-Za-z0-9_ ./'()-]*\Z")
WORDS_OF_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
DECIMAL = r"^-?[0-9]{1,18}(\.[0-9]{1,6})?$"
URL = r"^https?://[^\s]+$"
SHARED = {"json": "Object", "money": "Money", "timestamp": "Timestamp"}
PROBLEMS = {
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 406: "NotAcceptable", 409: "Conflict",
    412: "PreconditionFailed", 413: "ContentTooLarge", 415: "UnsupportedMediaType", 422: "IdempotencyKeyReused",
    428: "PreconditionRequired", 429: "TooManyRequests", 500: "InternalServerError", 503: "ServiceUnavailable",
    504: "GatewayTimeout",
}  # fmt: skip
EVERYWHERE = {400, 406, 429, 500, 503, 504}
SECURED = {401, 403}
BY_OPERATION = {
    "list": set[int](),
    "create": {409, 413, 415, 422},
    "get": {404},
    "update": {404, 409, 412, 413, 415, 428},
    "delete": {404, 409, 412},
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter of a list."""

    name: str
    about: str
    schema: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What the contract of one resource is printed from; every schema is YAML on one line."""

    resource: Resource

    @property
    def schema(self) -> str:
        """The name of the shape of an answer."""
        return item_name(self.resource)

    @property
    def answer(self) -> str:
        return answer_name(self.resource)

    @property
    def paths(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The parts of the file and their operations."""
        does = self.resource.operations
        return tuple(part for part in (("collection", does.collection), ("item", does.item)) if part[1])

    @property
    def answers(self) -> tuple[str, ...]:
        does = self.resource.operations
        wanted = {"item": does.gets or does.updates, "created": does.creates, "page": does.lists}
        return tuple(name for name, chosen in wanted.items() if chosen)

    @property
    def shapes(self) -> tuple[str, ...]:
        does = self.resource.operations
        wanted = {
            "item": bool(self.answers),
            "create": does.creates,
            "patch": does.updates,
            "page": does.lists,
            "enum": bool(self.enums),
        }
        return tuple(name for name, chosen in wanted.items() if chosen)

    @property
    def enums(self) -> tuple[tuple[str, str], ...]:
        fields = [field for field in self.resource.fields if field.type == "enum"]
        values = (inline([value.wire for value in field.values]) for field in fields)
        return tuple(zip((schema_name(self.resource, field) for field in fields), values, strict=True))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (
            *self._sort(),
            *map(self._by_reference, self.resource.references),
            *map(self._by_field, self.resource.filters),
        )

    def _sort(self) -> Iterable[Parameter]:
        if names := [f"{sign}{field.name}" for field in self.resource.sorts for sign in ("", "-")]:
            about = "The order; a minus sign turns it around. Left out, the newest come first."
            yield Parameter("sort", about, inline({"type": "string", "enum": names}))

    def _by_reference(self, reference: Reference) -> Parameter:
        about = f"Only those whose {reference.role.words} is this {reference.target.name.words}."
        return Parameter(reference.column.snake, about, inline({"type": "string", "format": "uuid"}))

    def _by_field(self, field: Field) -> Parameter:
        about = f"Only those with this {field.name.words}."
        schema = {"type": "string", "format": "date-time"} if field.type == "timestamp" else self._schema(field)
        return Parameter(field.name.snake, about, inline(schema))

    @property
    def item(self) -> tuple[tuple[str, str], ...]:
        """The members of an answer."""
        identifier: Schema = {"type": "string", "format": "uuid", "readOnly": True}
        version: Schema = {"type": "integer", "format": "int64", "minimum": 1, "readOnly": True}
        moment: Schema = {"$ref": "common.yaml#/schemas/Timestamp", "readOnly": True}
        after: dict[str, Schema] = {"version": version, "created_at": moment, "updated_at": moment}
        return _lines({"id": identifier, **self._members(self.resource.fields), **after})

    @property
    def required(self) -> str:
        references = [reference.column.snake for reference in self.resource.references if not reference.optional]
        return inline(references + [field.name.snake for field in self.resource.fields if field.required])

    @property
    def create(self) -> tuple[tuple[str, str], ...]:
        members = self._members(self.resource.fields)
        defaulted = (field for field in self.resource.fields if field.default is not None)
        return _lines(members | {field.name.snake: self._defaulted(field) for field in defaulted})

    def _defaulted(self, field: Field) -> Schema:
        """A shared schema is written out: generated code would take a default beside a reference for everybody's."""
        written_out: dict[str, Schema] = {
            "enum": {"type": "string", "enum": [value.wire for value in field.values]},
            "timestamp": {"type": "string", "format": "date-time"},
        }
        return {**written_out.get(field.type, self._schema(field)), **_about(field), "default": field.default}

    @property
    def patch(self) -> tuple[tuple[str, str], ...]:
        return _lines(self._members(field for field in self.resource.fields if not field.immutable))

    @property
    def example(self) -> str:
        references = {reference.column.snake: reference.example() for reference in self.resource.references}
        return inline(references | {field.name.snake: field.example() for field in self.resource.fields})

    @property
    def example_patch(self) -> str:
        changeable = [field for field in self.resource.fields if not field.immutable]
        return inline({field.name.snake: field.example(2) for field in changeable[:1]})

    def requests(self, base: str) -> tuple[tuple[str, str, str], ...]:
        """Method, path as a Go expression, and scope of every operation."""
        ways = {"list": "GET", "create": "POST", "get": "GET", "update": "PATCH", "delete": "DELETE"}
        does = self.resource.operations
        return tuple(
            (ways[name], self._address(base, name in does.item), self.scope("read" if ways[name] == "GET" else "write"))
            for name in does.names
        )

    def _address(self, base: str, item: bool) -> str:
        path = f"{base}/{self.resource.path}"
        return f'"{path}/" + id.New().String()' if item else f'"{path}"'

    def scope(self, action: str) -> str:
        return f"{self.resource.path}:{action}"

    def security(self, action: str) -> str:
        """The lines that ask for a scope."""
        return f'    security:\n      - bearer: ["{self.scope(action)}"]\n'

    def problems(self, operation: str, secured: str) -> str:
        """The lines for every answer that is a problem."""
        statuses = sorted(EVERYWHERE | BY_OPERATION[operation] | (SECURED if secured else set()))
        lines = [f'      "{status}": {{$ref: common.yaml#/responses/{PROBLEMS[status]}}}' for status in statuses]
        return "\n".join([*lines, "      default: {$ref: common.yaml#/responses/Problem}"])

    def _members(self, fields: Iterable[Field]) -> dict[str, Schema]:
        references = {
            r.column.snake: _nullable({"type": "string", "format": "uuid"}, r.optional)
            for r in self.resource.references
        }
        return references | {field.name.snake: self._described(field) for field in fields}

    def _described(self, field: Field) -> Schema:
        return _nullable(self._schema(field), field.optional) | _about(field)

    def _schema(self, field: Field) -> Schema:
        limits = field.limits
        match field.type:
            case "text":
                return _present(type="string", minLength=limits.min_length or None, maxLength=limits.max_length)
            case "email":
                return _present(type="string", format="email", minLength=limits.min_length, maxLength=limits.max_length)
            case "url":
                return _present(type="string", pattern=URL, maxLength=limits.max_length)
            case "integer":
                return _present(type="integer", format="int64", minimum=limits.min, maximum=limits.max)
            case "decimal":
                return {"type": "string", "pattern": DECIMAL}
            case "enum":
                return {"$ref": f"#/schemas/{schema_name(self.resource, field)}"}
            case "money" | "json" | "timestamp":
                return {"$ref": f"common.yaml#/schemas/{SHARED[field.type]}"}
            case "boolean":
                return {"type": "boolean"}
            case _:
                return {"type": "string", "format": field.type}


def openapi(resource: Resource) -> Contract:
    """Look at a resource as its contract does."""
    return Contract(resource)


def addresses(
    model: Iterable[Resource], base: str, brought: Iterable[Operations] = ()
) -> tuple[tuple[str, str, str], ...]:
    """The paths that are served: the address, the file of its contract, and the part of that file."""
    found = [(f"{base}/{path}", group.file, part) for group in brought for path, part in group.paths.items()]
    taken = {address: file for address, file, _ in found}
    for resource in model:
        address = f"{base}/{resource.path}"
        if address in taken:
            raise ModelError(f"{resource.name}: {taken[address]} has the address {address}; rename the resource.")
        tails = {"collection": "", "item": f"/{{{resource.name}_id}}"}
        for part, _ in Contract(resource).paths:
            found.append((f"{address}{tails[part]}", f"{resource.path}.yaml", part))
    return tuple(found)


def tags(model: Iterable[Resource], brought: Iterable[Operations] = ()) -> tuple[tuple[str, str], ...]:
    """The groups of operations: the title of each, and what it is about."""
    return (*((group.title, group.about) for group in brought), *((r.plural.title, r.about) for r in model))


def _about(field: Field) -> Schema:
    """The description of a member: what it is, and the limits that its schema has no word for."""
    about, limits = field.about, _limits(field)
    if about and limits and not about.endswith((".", "!", "?")):
        about += "."
    text = " ".join(filter(None, (about, limits)))
    return {"description": text} if text else {}


def _limits(field: Field) -> str:
    """The limits of a decimal, which is a string in JSON, and of money, whose shape all resources share."""
    if field.type not in ("decimal", "money"):
        return ""
    usual = KINDS[field.type].bounds or ()
    low, high = (
        "" if limit is None or limit in usual else f"{Decimal(limit):f}"
        for limit in (field.limits.min, field.limits.max)
    )
    if not low and not high:
        return ""
    told = f"from {low} to {high}." if low and high else f"{low} or more." if low else f"{high} or less."
    return f"The amount is {told}" if field.type == "money" else told.capitalize()


def _nullable(schema: Schema, optional: bool) -> Schema:
    if not optional:
        return schema
    if "$ref" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def _present(**words: Any) -> Schema:
    return {word: value for word, value in words.items() if value is not None}


def _lines(members: dict[str, Schema]) -> tuple[tuple[str, str], ...]:
    return tuple((_key(name), inline(schema)) for name, schema in members.items())


def inline(value: Any) -> str:
    """Print a value as YAML on one line, a text without quotes where that is safe."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_key(key)}: {inline(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(inline, value)) + "]"
        case str() if PLAIN.match(value) and value.lower() not in WORDS_OF_YAML and value == value.strip():
            return value
        case _:
            return literal(value)


def _key(key: str) -> str:
    return literal(key) if key.lower() in WORDS_OF_YAML else key
