# Kept by the platform: docs/ownership.md says what that means.
"""The contract as the rules see it: flat descriptions of its paths, operations, parameters, responses and schemas."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from contract.validity import faults, schema_fault
from engine.openapi import METHODS

VIEWS = (
    "document",
    "fault",
    "server",
    "scheme",
    "path",
    "operation",
    "parameter",
    "body",
    "response",
    "object",
    "array",
    "member",
    "example",
)
VERSION = re.compile(r"^v[0-9]+$")
Told = dict[str, Any]
Seen = set[tuple[str, int]]  # schemas that have been walked, by direction


@dataclass(frozen=True)
class View:
    """One thing of the contract: `told` is what rules look at."""

    kind: str
    name: str
    told: Told
    place: str


def views(document: Told, versioning: str) -> Iterator[View]:
    """Yields every view of the document; a schema that stands in several places once."""
    seen: Seen = set()
    place = getattr(document, "place", "")
    yield View("document", "the contract", _document(document, versioning), place)
    for where, message in faults(document):
        yield View("fault", where, {"message": message}, place)
    for server in document.get("servers", []):
        yield View("server", str(server.get("url", "")), dict(server), getattr(server, "place", ""))
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        yield View("scheme", name, {"name": name, **scheme}, getattr(scheme, "place", ""))
    for path, item in document.get("paths", {}).items():
        yield View("path", path, _path(path, item, versioning), getattr(item, "place", ""))
        for method in METHODS:
            if method in item:
                yield from _operation(document, path, method, item, seen)


def _document(document: Told, versioning: str) -> Told:
    operations = [o for item in document.get("paths", {}).values() for m, o in item.items() if m in METHODS]
    ids = Counter(str(o.get("operationId", "")) for o in operations)
    used = {tag for o in operations for tag in o.get("tags", [])}
    return {
        "openapi": str(document.get("openapi", "")),
        "info": document.get("info", {}),
        "versioning": versioning,
        "ids_twice": sorted(name for name, count in ids.items() if count > 1),
        "tags_unknown": sorted(used - {tag.get("name") for tag in document.get("tags", [])}),
    }


def _path(path: str, item: Told, versioning: str) -> Told:
    segments = path.strip("/").split("/")
    literals = [segment for segment in segments if "{" not in segment]
    named = [segment for n, segment in enumerate(segments[:-1]) if "{" not in segment and "{" in segments[n + 1]]
    last = [] if "{" in segments[-1] or ("post" not in item and not _lists(item)) else [segments[-1]]
    return {
        "path": path,
        "versioning": versioning,
        "version": segments[0] if VERSION.match(segments[0]) else "",
        "literals": [segment for segment in literals if not VERSION.match(segment)],
        "collections": [segment for segment in [*named, *last] if not VERSION.match(segment)],
        "depth": len([segment for segment in literals if not VERSION.match(segment)]),
        "methods": [method.upper() for method in METHODS if method in item],
    }


def _lists(item: Told) -> bool:
    return any(p.get("name") in ("limit", "cursor") for p in item.get("get", {}).get("parameters", []))


def _operation(document: Told, path: str, method: str, item: Told, seen: Seen) -> Iterator[View]:
    operation = item[method]
    name, place = f"{method.upper()} {path}", getattr(operation, "place", "")
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    body = operation.get("requestBody", {})
    responses = {str(status): answer for status, answer in operation.get("responses", {}).items()}
    query = [p["name"] for p in parameters if p.get("in") == "query"]
    security = operation.get("security", document.get("security", []))
    told = {
        "name": name,
        "method": method.upper(),
        "path": path,
        "operation": kind(path, method, item),
        "operationId": operation.get("operationId", ""),
        "summary": operation.get("summary", ""),
        "deprecated": operation.get("deprecated", False),
        "sunset": _sunset(operation, item, document),
        "query": query,
        "paging": [name for name in query if name not in _listed(operation)],
        "headers": [str(p["name"]).lower() for p in parameters if p.get("in") == "header"],
        "body": bool(body),
        "types": list(body.get("content", {})),
        "statuses": sorted(responses),
        "secured": bool(security) and {} not in security,
        "marks": operation.get("x-audit", {}),
        "scoped": bool(security) and all(scopes for choice in security for scopes in choice.values()),
    }
    yield View("operation", name, told, place)
    for parameter in parameters:
        yield _parameter(name, told, parameter)
    if body:
        yield View("body", name, {"name": name, "required": body.get("required", False), "types": told["types"]}, place)
    for media_type, content in body.get("content", {}).items():
        yield from _schemas(name, "request", media_type, content, place, seen)
    for status, answer in responses.items():
        yield _response(name, told, status, answer, place)
        for media_type, content in answer.get("content", {}).items():
            yield from _schemas(f"{name} {status}", "response", media_type, content, place, seen)


def _sunset(*places: Told) -> str:
    """The day from which an operation may not answer: it says so itself, or else its path, or else the document."""
    return next((str(told.get("x-sunset", "")) for told in places if {"x-deprecation", "x-sunset"} & told.keys()), "")


def kind(path: str, method: str, item: Told) -> str:
    """What an operation does, by its shape: list, create, read, change, replace, delete, or other."""
    if path.endswith("}"):
        return {"get": "read", "patch": "change", "put": "replace", "delete": "delete"}.get(method, "other")
    operation = item[method]
    if method == "post":
        return "create" if "{" not in path.rsplit("/", 1)[-1] else "other"
    pages = any("data" in c.get("schema", {}).get("properties", {}) for c in _content(operation, "200"))
    arrays = any(c.get("schema", {}).get("type") == "array" for c in _content(operation, "200"))
    return "list" if method == "get" and (_lists(item) or pages or arrays) else "other"


def _content(operation: Told, status: str) -> list[Told]:
    responses = {str(code): answer for code, answer in operation.get("responses", {}).items()}
    return list(responses.get(status, {}).get("content", {}).values())


def _listed(operation: Told) -> set[str]:
    """The members of the items of a page: a parameter of that name is a filter."""
    pages = (content.get("schema", {}).get("properties", {}) for content in _content(operation, "200"))
    return {name for page in pages for name in page.get("data", {}).get("items", {}).get("properties", {})}


def _parameter(operation: str, told: Told, parameter: Told) -> View:
    name = f"{operation} {parameter.get('in')} {parameter.get('name')}"
    return View("parameter", name, {"operation": told["operation"], **parameter}, getattr(parameter, "place", ""))


def _response(operation: str, told: Told, status: str, answer: Told, place: str) -> View:
    content: Told = answer.get("content", {})
    return View(
        "response",
        f"{operation} {status}",
        {
            "operation": told["operation"],
            "method": told["method"],
            "marks": told["marks"],
            "status": status,
            "types": list(content),
            "headers": [str(name).lower() for name in answer.get("headers", {})],
            "schema": next((c.get("schema", {}) for c in content.values()), {}),
        },
        getattr(answer, "place", "") or place,
    )


def _schemas(name: str, direction: str, media_type: str, content: Told, place: str, seen: Seen) -> Iterator[View]:
    schema = content.get("schema", {})
    if (direction, id(schema)) in seen:
        return
    called, place = getattr(schema, "name", "") or name, getattr(schema, "place", "") or place
    yield from walk(name, direction, schema, place, seen)
    if wrong := schema_fault(schema):
        yield View("fault", called, {"message": wrong}, place)
        return
    samples = [*schema.get("examples", []), *([content["example"]] if "example" in content else [])]
    for sample in samples if media_type != "application/merge-patch+json" else []:
        error = next(iter(jsonschema_rs.validator_for(plain(schema)).iter_errors(plain(sample))), None)
        told = {"valid": error is None, "message": error.message if error else ""}
        yield View("example", called, told, place)


def plain(value: Any) -> Any:
    """Returns a value without what it remembers of its file."""
    return json.loads(json.dumps(value))


def walk(name: str, direction: str, schema: Told, place: str, seen: Seen) -> Iterator[View]:
    """Yields the objects, arrays and members of a schema. Named schemas keep their name wherever they are used."""
    if (direction, id(schema)) in seen:
        return
    seen.add((direction, id(schema)))
    name, place = getattr(schema, "name", "") or name, getattr(schema, "place", "") or place
    base = {"direction": direction, "schema": schema}
    for word in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(word, []):
            yield from walk(name, direction, part, place, seen)
    if "properties" in schema or schema.get("type") == "object":
        yield View("object", name, base, place)
    for member, inner in schema.get("properties", {}).items():
        told = {**base, "name": member, "schema": inner, "required": member in schema.get("required", [])}
        yield View("member", f"{name}.{member}", told, getattr(inner, "place", "") or place)
        yield from walk(f"{name}.{member}", direction, inner, place, seen)
    if isinstance(schema.get("items"), dict):
        yield View("array", name, base, place)
        yield from walk(f"{name}[]", direction, schema["items"], place, seen)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from walk(f"{name}{{}}", direction, schema["additionalProperties"], place, seen)
