# Kept by the platform: docs/ownership.md says what that means.
"""The contract as the probes see it: operations, and the resources that they make up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str  # path, query or header
    required: bool
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """One operation; `body` is nothing where it takes none."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    media_type: str
    body: Schema | None
    responses: dict[str, Any]
    secured: bool
    scopes: frozenset[str]
    marks: frozenset[str] = frozenset()  # what its x-audit says: public, own, credentials

    @property
    def name(self) -> str:
        """The operation as findings name it."""
        return f"{self.method} {self.path}"

    def parameter(self, place: str, name: str) -> Parameter | None:
        """The parameter of that name; names of headers in any case."""

        def known(given: str) -> str:
            return given.casefold() if place == "header" else given

        return next((p for p in self.parameters if p.place == place and known(p.name) == known(name)), None)

    def statuses(self) -> set[int]:
        """The statuses that the contract documents one by one."""
        return {int(status) for status in self.responses if status.isdigit()}


@dataclass
class Resource:
    """A collection, its items, and what can be done with them."""

    name: str
    path: str
    item_path: str = ""
    above: Resource | None = None  # whose item is part of the path
    operations: dict[str, Operation] = field(default_factory=dict)  # list, create, get, patch, put, delete

    def can(self, kind: str) -> Operation | None:
        """The operation of that kind, if the contract has it."""
        return self.operations.get(kind)

    def must(self, kind: str) -> Operation:
        """The operation of that kind; a LookupError if the contract does not have it."""
        return self.operations[kind]


class Contract:
    """The bundled OpenAPI document, read once.

    `operations` are those that may be called as often as one likes. What makes, changes or ends credentials is in
    `every` alone: called by the right caller, it would end what the probes live on.
    """

    def __init__(self, document: Schema) -> None:
        self.document = document
        self.every = list(self._read())
        self.operations = [operation for operation in self.every if "credentials" not in operation.marks]
        self.resources = self._gather()
        ordered = sorted(self.every, key=lambda operation: operation.path.count("{"))
        self._routes = [(operation, re.compile(pattern(operation.path))) for operation in ordered]

    def resolve(self, node: Any) -> Schema:
        """Follows references inside the document; members beside a reference are kept (OpenAPI 3.1)."""
        for _ in range(32):
            if not isinstance(node, dict) or "$ref" not in node:
                return node if isinstance(node, dict) else {}
            target: Any = self.document
            for part in str(node["$ref"]).removeprefix("#").strip("/").split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~"), {})
            node = {**target, **{name: value for name, value in node.items() if name != "$ref"}}
        return {}

    def shape(self, node: Any) -> Schema:
        """A schema with its choice of null and its allOf folded in: `types` lists what a value may be."""
        schema = dict(self.resolve(node))
        for part in schema.pop("allOf", []):
            folded = self.shape(part)
            schema = {
                **folded,
                **schema,
                "properties": {**folded.get("properties", {}), **schema.get("properties", {})},
            }
        for choice in ("oneOf", "anyOf"):
            options = [self.shape(option) for option in schema.pop(choice, [])]
            real = [option for option in options if option["types"] != ["null"]]
            if len(real) == 1:
                nullable = ["null"] if len(real) < len(options) else []
                return {**real[0], **schema, "types": [*real[0]["types"], *nullable]}
            if real:
                schema = {**real[0], **schema, "choice": True}
        given = schema.get("type", [])
        schema["types"] = schema.get("types") or ([given] if isinstance(given, str) else list(given))
        if not schema["types"] and "properties" in schema:
            schema["types"] = ["object"]
        if schema.get("nullable"):  # OpenAPI 3.0
            schema["types"].append("null")
        return schema

    def members(self, node: Any) -> dict[str, Schema]:
        """The members of an object, each with its shape."""
        return {name: self.shape(member) for name, member in self.shape(node).get("properties", {}).items()}

    def match(self, method: str, path: str) -> Operation | None:
        """The operation that a request asks for; a path without parameters goes before one with them."""
        path = path.split("?")[0]
        return next((o for o, fits in self._routes if o.method == method and fits.fullmatch(path)), None)

    def _read(self) -> Iterator[Operation]:
        for path, item in self.document.get("paths", {}).items():
            shared = self.resolve(item)
            for method in METHODS:
                if method in shared:
                    yield self._operation(path, method, shared)

    def _operation(self, path: str, method: str, item: Schema) -> Operation:
        told = self.resolve(item[method])
        parameters = [self.resolve(p) for p in [*item.get("parameters", []), *told.get("parameters", [])]]
        content = self.resolve(told.get("requestBody")).get("content", {})
        media_type = next(iter(content), "")
        security: list[dict[str, list[str]]] = told.get("security", self.document.get("security")) or []
        return Operation(
            id=str(told.get("operationId", f"{method} {path}")),
            method=method.upper(),
            path=path,
            parameters=tuple(
                Parameter(p["name"], p["in"], p.get("required", p["in"] == "path"), self.shape(p.get("schema")))
                for p in parameters
            ),
            media_type=media_type,
            body=content[media_type].get("schema") if content else None,
            responses={str(status): self.resolve(answer) for status, answer in told.get("responses", {}).items()},
            secured=bool(security) and {} not in security,
            scopes=frozenset(scope for choice in security for scopes in choice.values() for scope in scopes),
            marks=frozenset(told.get("x-audit", {})),
        )

    def _gather(self) -> list[Resource]:
        found: dict[str, Resource] = {}
        for operation in self.operations:
            path, item = split(operation.path)
            kind = _kind(operation, item)
            if not kind:
                continue
            resource = found.setdefault(path, Resource(path.rsplit("/", 1)[-1], path))
            resource.operations[kind] = operation
            if item:
                resource.item_path = operation.path
        for resource in found.values():
            above, _ = split(resource.path.rsplit("/", 1)[0])
            if "{" in resource.path:
                resource.above = found.get(above)
        return list(found.values())


def _kind(operation: Operation, item: bool) -> str:
    if item:
        return {"GET": "get", "PATCH": "patch", "PUT": "put", "DELETE": "delete"}.get(operation.method, "")
    if operation.method == "GET" and operation.parameter("query", "limit"):
        return "list"
    makes = operation.method == "POST" and "201" in operation.responses
    return "create" if makes and operation.body is not None else ""  # without a body there is no row to send


def split(path: str) -> tuple[str, bool]:
    """The path of the collection, and whether the path is that of an item in it."""
    head, _, last = path.rpartition("/")
    return (head, True) if last.startswith("{") and last.count("{") == 1 else (path, False)


def pattern(path: str) -> str:
    """A pattern for the paths that a template stands for."""
    return re.sub(r"\\\{[^/{}]+\\\}", "[^/]+", re.escape(path))


def pointer(*parts: str | int) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
