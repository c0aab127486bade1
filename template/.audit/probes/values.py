# Kept by the platform: docs/ownership.md says what that means.
"""Values that keep a schema: made from nothing, or near one that is known to be good, and told apart by a number."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from probes.contract import Contract, Schema
from probes.patterns import text_for

LONGEST = 4000  # of a text that is tried at its upper bound, where the contract has no lower one
MOMENT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def make(contract: Contract, node: Any, n: int = 0) -> Any:
    """A value that keeps the schema; another n gives another value where the schema has more than one."""
    schema = contract.shape(node)
    for given in (*schema.get("examples", []), *([schema["example"]] if "example" in schema else [])):
        return vary(contract, schema, plain(given), n)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][n % len(schema["enum"])]
    kind = next(iter(schema["types"]), "string")
    return _makers(contract, schema, n).get(kind, lambda: None)()


def _makers(contract: Contract, schema: Schema, n: int) -> dict[str, Any]:
    return {
        "string": lambda: _text(schema, n),
        "integer": lambda: _number(schema, n),
        "number": lambda: _number(schema, n),
        "boolean": lambda: n % 2 == 0,
        "array": lambda: [make(contract, schema.get("items", {}), n + i) for i in range(schema.get("minItems", 0))],
        "object": lambda: {name: make(contract, schema["properties"][name], n) for name in schema.get("required", [])},
    }


def vary(contract: Contract, node: Any, example: Any, n: int) -> Any:
    """A value near the example, which keeps rules that the schema does not state; n=0 is the example itself."""
    schema = contract.shape(node)
    if n == 0 or example is None:
        return example
    if "enum" in schema:
        return schema["enum"][(schema["enum"].index(example) + n) % len(schema["enum"])]
    if isinstance(example, bool):
        return example ^ bool(n % 2)
    if isinstance(example, int):
        return _within(schema, example, n)
    if isinstance(example, str):
        return _vary_text(schema, example, n)
    return example  # numbers of objects and lists are what hidden rules are most often about


def _within(schema: Schema, example: int, n: int) -> int:
    low, high = bounds(schema)
    step = int(schema.get("multipleOf", 1))
    value = example + n * step
    return value if low <= value <= high else low + (value - low) % (high - low + 1) // step * step


def _vary_text(schema: Schema, example: str, n: int) -> str:
    form = schema.get("format", "")
    if form == "uuid":
        return str(UUID(int=UUID(example).int ^ n))
    if form == "date":
        return (date.fromisoformat(example) + timedelta(days=n)).isoformat()
    if form == "date-time":
        return (
            (datetime.fromisoformat(example.replace("Z", "+00:00")) + timedelta(seconds=n))
            .isoformat()
            .replace("+00:00", "Z")
        )
    if form == "email":
        return f"p{n}.{example}"
    if "pattern" in schema:
        return _vary_patterned(schema, example, n)
    return _tail(example, n, int(schema.get("maxLength", LONGEST)))


def _vary_patterned(schema: Schema, example: str, n: int) -> str:
    longest = int(schema.get("maxLength", LONGEST))
    candidates = [_tail(example, n, longest), text_for(schema["pattern"], n)]
    with suppress(InvalidOperation):
        candidates.insert(0, str(Decimal(example) + Decimal(n) / 1000))
    return next((text for text in candidates if fits(schema, text)), example)


def _tail(example: str, n: int, longest: int) -> str:
    tail = digits(n)
    return example[: max(0, longest - len(tail))] + tail if len(example) + len(tail) > longest else example + tail


def digits(n: int) -> str:
    """The number in few characters."""
    text = ""
    while True:
        text, n = ALPHABET[n % 36] + text, n // 36
        if n == 0:
            return text


def _text(schema: Schema, n: int) -> str:
    form = schema.get("format", "")
    seed = {
        "uuid": str(UUID(int=0x019BC0FD89C177ECBD2E9EE4F7346901)),
        "date": "2026-02-01",
        "date-time": MOMENT.isoformat().replace("+00:00", "Z"),
        "email": "person@example.com",
        "uri": "https://example.com/",
    }.get(form)
    if seed is not None:
        return _vary_text(schema, seed, n) if n else seed
    if "pattern" in schema:
        return text_for(schema["pattern"], n)
    text = f"Text {digits(n)}"
    return _tail(text, n, int(schema.get("maxLength", LONGEST))).ljust(int(schema.get("minLength", 0)), ".")


def _number(schema: Schema, n: int) -> int:
    low, high = bounds(schema)
    return _within(schema, min(max(1, low), high), n)


def bounds(schema: Schema) -> tuple[int, int]:
    """The least and the greatest integer that a schema allows."""
    wide = 2**31 - 1 if schema.get("format") == "int32" else 2**63 - 1
    low = max(-wide - 1, schema.get("minimum", -wide - 1), schema.get("exclusiveMinimum", -wide - 2) + 1)
    high = min(wide, schema.get("maximum", wide), schema.get("exclusiveMaximum", wide + 1) - 1)
    return int(low), int(high)


def fits(schema: Schema, text: str) -> bool:
    """Whether a text keeps the pattern and the lengths of a schema."""
    matches = "pattern" not in schema or re.search(schema["pattern"].replace(r"\z", r"\Z"), text) is not None
    return matches and schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))


def plain(value: Any) -> Any:
    """A value as JSON has it: YAML reads dates as dates."""
    if isinstance(value, dict):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
