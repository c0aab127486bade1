# Kept by the platform: docs/ownership.md says what that means.
"""Joins the files of a contract into one document, in which every mapping knows its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.model import BrokenError
from engine.text import Node, mapping

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")


def bundle(root: Path, file: str) -> Node:
    """Returns the document with every reference replaced by what it names.

    What is referred to in several places is one mapping that stands in all of them.
    A reference to something that it is part of stays, as a reference into `x-shared` of the document.
    Members beside a reference are kept, as OpenAPI 3.1 says.
    """
    bundling = _Bundle(root)
    given = bundling.document(file)
    if not str(given.get("openapi", "")).startswith("3.") or not isinstance(given.get("paths", {}), dict):
        raise BrokenError(f"{file} is no OpenAPI document: it needs `openapi: 3.1.0`, or 3.0, and a mapping of paths.")
    document = bundling.whole(file)
    for name, value, kind in _parts(document):
        if not isinstance(value, kind):
            told = "a list" if kind is list else "a mapping"
            raise BrokenError(f"{file} is no OpenAPI document: {name} must be {told}.")
    return document


def _parts(document: Node) -> Iterator[tuple[str, Any, type]]:
    """What everything else relies on, outermost first, so that whoever stops at a fault meets none below it."""
    yield from ((name, document[name], dict) for name in ("info", "components") if name in document)
    yield from ((name, document[name], list) for name in ("servers", "tags", "security") if name in document)
    schemes = document.get("components", {}).get("securitySchemes", {})
    yield "components.securitySchemes", schemes, dict
    yield from ((f"components.securitySchemes.{name}", scheme, dict) for name, scheme in schemes.items())
    for path, item in document.get("paths", {}).items():
        yield path, item, dict
        yield f"parameters of {path}", item.get("parameters", []), list
        for method in (method for method in METHODS if method in item):
            yield from _operation(f"{method.upper()} {path}", item[method])


def _operation(name: str, operation: Any) -> Iterator[tuple[str, Any, type]]:
    yield name, operation, dict
    for word, kind in (("parameters", list), ("tags", list), ("security", list), ("responses", dict)):
        yield f"{word} of {name}", operation.get(word, kind()), kind
    bodies = {"requestBody": operation.get("requestBody", {}), **operation.get("responses", {})}
    for status, body in bodies.items():
        yield f"{status} of {name}", body, dict
        yield f"content of {status} of {name}", body.get("content", {}), dict
        yield from ((f"{kind} of {status} of {name}", told, dict) for kind, told in body.get("content", {}).items())


class _Bundle:
    """One bundling: the files that were read, and the references that are being followed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, Node] = {}
        self.open: list[tuple[str, str]] = []
        self.done: dict[tuple[str, str], Any] = {}
        self.shared = Node()

    def whole(self, file: str) -> Node:
        document: Node = self.walk(self.document(file), file)
        if self.shared:
            document["x-shared"] = self.shared
        return document

    def document(self, file: str) -> Node:
        if file not in self.files:
            self.files[file] = mapping(self.root / file, file)
        return self.files[file]

    def walk(self, node: Any, file: str) -> Any:
        if isinstance(node, list):
            return [self.walk(item, file) for item in node]
        if not isinstance(node, Node):
            return node
        own = Node({name: self.walk(value, file) for name, value in node.items() if name != "$ref"})
        own.place = node.place
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return own
        target = self.follow(reference, file, node.place)
        if not isinstance(target, dict):
            raise BrokenError(f"{node.place}: {reference} names something that is not a mapping.")
        joined = Node({**target, **own}) if own or not isinstance(target, Node) else target
        joined.place = getattr(target, "place", "") or node.place
        joined.name = reference.rsplit("/", 1)[-1]
        return joined

    def follow(self, reference: str, file: str, place: str) -> Any:
        name, _, pointer = reference.partition("#")
        if "://" in name:
            raise BrokenError(f"{place}: {reference} is not a file of this service.")
        target = (Path(file).parent / name).as_posix() if name else file
        if (target, pointer) in self.open:
            return self.again(target, pointer, place)
        if (target, pointer) not in self.done:
            self.open.append((target, pointer))
            self.done[target, pointer] = self.walk(self.at(target, pointer, place), target)
            self.open.pop()
        return self.done[target, pointer]

    def at(self, file: str, pointer: str, place: str) -> Any:
        found: Any = self.document(file)
        for part in filter(None, pointer.split("/")):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or name not in found:
                raise BrokenError(f"{place}: {file}#{pointer} is not there.")
            found = found[name]
        return found

    def again(self, file: str, pointer: str, place: str) -> Node:
        name = f"{file}{pointer}".replace("/", ".")
        if name not in self.shared:
            self.shared[name] = Node()  # first, so that it may speak of itself
            before, self.open = self.open, [(file, pointer)]
            self.shared[name] = self.walk(self.at(file, pointer, place), file)
            self.open = before
        return Node({"$ref": f"#/x-shared/{name}"})
