# Kept by the platform: docs/ownership.md says what that means.
"""For each rule of a schema: a value that breaks it by the least, and one that only just keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from probes.contract import Contract, Schema, pointer
from probes.patterns import text_for
from probes.values import ALPHABET, LONGEST, bounds, fits, make

OMITTED = object()


@dataclass(frozen=True)
class Case:
    """A value for a member, and the rule that it breaks or only just keeps."""

    rule: str
    member: tuple[str | int, ...]
    value: Any

    def body(self, good: Any) -> Any:
        """The good body with this value in its place."""
        if not self.member:
            return self.value
        changed = deepcopy(good)
        at = changed
        for part in self.member[:-1]:
            at = at[part]
        if self.value is OMITTED:
            at.pop(self.member[-1], None)
        else:
            at[self.member[-1]] = self.value
        return changed

    @property
    def pointer(self) -> str:
        """Where the problem has to say that the rule is broken."""
        return pointer(*self.member)


def broken(
    contract: Contract, node: Any, good: Any, at: tuple[str | int, ...] = (), whole: bool = True
) -> Iterator[Case]:
    """Every rule broken once. `whole`: members that are required must be there (a merge patch may leave them out)."""
    schema = contract.shape(node)
    yield from (Case("type", at, value) for value in _other_types(schema))
    if isinstance(good, dict) and "properties" in schema:
        if schema.get("additionalProperties") is False:
            yield Case("unknown", (*at, "no_such_member"), 1)
        for name, member in contract.members(schema).items():
            if name in schema.get("required", []) and (whole or at):
                yield Case("required", (*at, name), OMITTED)
            if name in good or not at:
                yield from broken(contract, member, good.get(name), (*at, name), whole)
    if isinstance(good, list):
        yield from _broken_list(contract, schema, good, at)
    yield from (Case(rule, at, value) for rule, value in _broken_value(schema))


def _other_types(schema: Schema) -> Iterator[Any]:
    types = schema["types"]
    if not types or schema.get("choice"):
        return
    if "null" not in types:
        yield None
    others: dict[str, Any] = {"string": "1", "boolean": True, "integer": 1, "array": [], "object": {}}
    for kind, value in others.items():
        if kind not in types and not (kind == "integer" and "number" in types):
            yield value
    if "integer" in types:
        yield 1.5


def _broken_list(contract: Contract, schema: Schema, good: list[Any], at: tuple[str | int, ...]) -> Iterator[Case]:
    item = make(contract, schema.get("items", {}))
    if "maxItems" in schema:
        yield Case("maxItems", at, [make(contract, schema.get("items", {}), n) for n in range(schema["maxItems"] + 1)])
    if schema.get("minItems"):
        yield Case("minItems", at, good[: schema["minItems"] - 1])
    if schema.get("uniqueItems"):
        yield Case("uniqueItems", at, [item, item])


def _broken_value(schema: Schema) -> Iterator[tuple[str, Any]]:
    if "enum" in schema:
        yield from (("enum", value) for value in ("NOT_LISTED", *_recased(schema["enum"])))
    elif "integer" in schema["types"]:
        low, high = bounds(schema)
        yield from (("minimum", low - 1), ("maximum", high + 1))
    elif "string" in schema["types"]:
        yield from _broken_text(schema)


def _recased(values: list[Any]) -> list[str]:
    first = next((v for v in values if isinstance(v, str)), "")
    return [c for c in (first.lower(), f" {first}") if first and c not in values]


WRONG = {
    "uuid": [
        "none",
        "019bc0fd-89c1-77ec-bd2e-9ee4f734690",
        "{019bc0fd-89c1-77ec-bd2e-9ee4f7346901}",
        "019bc0fd89c177ecbd2e9ee4f7346901",
    ],
    "date": ["2026-02-30", "2026-2-1", "01.02.2026", "2026-02-01T00:00:00Z", "20260201", ""],
    "date-time": [
        "2026-01-15",
        "2026-01-15T09:30:00",
        "2026-01-15T25:00:00Z",
        "2026-01-15T09:30:00+25:00",
        "yesterday",
        "",
    ],
    "email": ["nobody", "nobody@", "@example.com", "a b@example.com"],
    "uri": ["no address", "//"],
}


def _broken_text(schema: Schema) -> Iterator[tuple[str, Any]]:
    yield from (("format", value) for value in WRONG.get(schema.get("format", ""), []))
    if schema.get("minLength"):
        yield "minLength", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "maxLength", _longest(schema, schema["maxLength"] + 1, 0)
    if "pattern" in schema:
        for value in ("~", " ", "\u00e9\u200b", "1;2"):
            if re.search(schema["pattern"], value) is None and fits({**schema, "pattern": ""}, value):
                yield "pattern", value


def kept(contract: Contract, node: Any) -> Iterator[Case]:
    """Each bound of each member only just kept."""
    for name, schema in contract.members(node).items():
        if schema.get("readOnly") or schema.get("choice"):
            continue
        if "null" in schema["types"]:
            yield Case("null", (name,), None)
        if "enum" in schema:
            yield from (Case("enum", (name,), value) for value in schema["enum"])
        elif "integer" in schema["types"]:
            yield from (Case(rule, (name,), schema[rule]) for rule in ("minimum", "maximum") if rule in schema)
        elif "string" in schema["types"]:
            yield from _kept_text(schema, name)
        elif "boolean" in schema["types"]:
            yield from (Case("boolean", (name,), value) for value in (False, True))
        yield from _kept_inside(contract, schema, name)


def _kept_inside(contract: Contract, schema: Schema, name: str) -> Iterator[Case]:
    """Another value for each text inside of a member, such as another currency."""
    for inner, member in contract.members(schema).items():
        if member["types"][:1] == ["string"] and "pattern" in member:
            other = next((text for text in ("USD", "JPY") if fits(member, text)), text_for(member["pattern"], 1))
            yield Case("pattern", (name, inner), other)


def _kept_text(schema: Schema, name: str) -> Iterator[Case]:
    if "maxLength" in schema:
        longest = _longest(schema, schema["maxLength"], 7)
        if fits(schema, longest):
            yield Case("maxLength", (name,), longest)
    if "minLength" in schema and not schema.get("format") and not schema.get("pattern"):
        yield Case("minLength", (name,), "y" * schema["minLength"])
    if schema.get("format") == "date":
        yield from (Case("date", (name,), value) for value in ("2024-02-29", "0001-01-01", "9999-12-31"))
    if schema.get("format") == "date-time":
        yield Case("date-time", (name,), "2026-06-30T23:59:59.123456Z")


def _longest(schema: Schema, length: int, n: int) -> str:
    """A text of that many characters; not all of one byte where the schema leaves that open."""
    length = min(length, max(LONGEST, schema.get("minLength", 0)) if "maxLength" not in schema else length)
    if schema.get("format") == "email":
        return _email(length)
    if "pattern" in schema:
        start = next((s for s in ("https://example.com/", "") if re.search(schema["pattern"], s + "a")), "")
        return (start + "a" * length)[:length]
    return (ALPHABET[n] + "\u00e9\u4e2d\U0001f600")[:length].ljust(length, "x")


def _email(length: int) -> str:
    domain = ".".join(["d" * 63, "e" * 63, "f" * 57, "com"])
    return (
        "l" * max(1, length - 1 - len(domain)) + "@" + domain
        if length > len(domain) + 1
        else ("a@" + "b" * length)[: length - 4] + ".com"
    )
