# Kept by the platform: docs/ownership.md says what that means.
"""Bodies that are no JSON, or JSON that two readers take for two things (RFC 8259, RFC 7493), are refused."""

from __future__ import annotations

import json
import time
from typing import Any

from probes.contract import Resource
from probes.report import Report
from probes.world import World

DEPTHS = (3_000, 100_000)
QUICK = 5.0  # seconds; a parser that goes astray takes far longer


def run(world: World, report: Report, resource: Resource) -> None:
    """Sends each as a new row."""
    path, body = world.collection(resource), world.body(resource)

    def refused(check: str, raw: bytes, what: str, pointer: str | None = None) -> None:
        answer = world.client.send("POST", path, raw=raw)
        report.that(answer.status == 400, check, answer.place, f"{what} is answered with {answer.status}, not 400")
        if pointer is not None and answer.status == 400:
            report.that(
                pointer in answer.places(),
                "A4.pointer",
                answer.place,
                f"{what}: the problem names {sorted(answer.places())}",
            )

    text = json.dumps(body).encode()
    for what, raw in _malformed(text).items():
        refused("A4.malformed", raw, what)
    name = next(iter(body))
    first = json.dumps({name: body[name]}).encode()[1:-1]
    refused("A4.duplicate", b"{" + first + b"," + text[1:], "a member given twice", f"/{name}")
    inner = next((n for n, value in body.items() if isinstance(value, dict) and value), None)
    if inner:
        twice = json.dumps(body[inner]).encode()
        refused(
            "A4.duplicate", text.replace(twice, twice[:-1] + b"," + twice[1:], 1), "a member of a member given twice"
        )
    for what, raw in _encodings(body).items():
        refused("A4.encoding", raw, what)
    _numbers(world, report, resource, path, body)
    for depth in DEPTHS:
        began = time.monotonic()
        refused("A4.deep", b'{"a":' * depth + b"1" + b"}" * depth, f"an object {depth} deep")
        refused("A4.deep", b"[" * depth + b"]" * depth, f"a list {depth} deep")
        took = time.monotonic() - began
        report.that(took < QUICK, "A4.deep", f"POST {resource.path}", f"bodies {depth} deep take {took:.1f} s")
    answer = world.client.send("POST", path, body=body)
    report.that(answer.status == 201, "A4.malformed", answer.place, f"the next good request is answered with {answer}")


def _malformed(text: bytes) -> dict[str, bytes]:
    return {
        "an empty body": b"",
        "a blank body": b"  ",
        "a cut body": text[:-1],
        "a body and more": text + b"x",
        "two bodies": text + text,
        "a list": b"[" + text + b"]",
        "a text": b'"x"',
        "null": b"null",
        "a trailing comma": text[:-1] + b",}",
        "single quotes": text.replace(b'"', b"'"),
        "a comment": b"/* x */" + text,
        "a form": b"a=1&b=2",
        "XML": b"<a/>",
    }


def _encodings(body: dict[str, Any]) -> dict[str, bytes]:
    name = next((n for n, value in body.items() if isinstance(value, str)), next(iter(body)))

    def with_text(inside: bytes) -> bytes:
        return json.dumps({**body, name: "@@"}).encode().replace(b"@@", inside)

    return {
        "a lone surrogate": with_text(b"\\ud800"),
        "surrogates in the wrong order": with_text(b"\\udc00\\ud800"),
        "bytes that are no UTF-8": with_text(b"\xff\xfe"),
        "an overlong form": with_text(b"\xc0\xaf"),
        "a surrogate as bytes": with_text(b"\xed\xa0\x80"),
        "NUL, escaped": with_text(b"a\\u0000b"),
        "NUL": with_text(b"a\x00b"),
        "a line end in a text": with_text(b"a\nb"),
        "a byte order mark": b"\xef\xbb\xbf" + json.dumps(body).encode(),
        "UTF-16": json.dumps(body).encode("utf-16"),
        "Latin-1": with_text("é".encode("latin-1")),
    }


def _numbers(world: World, report: Report, resource: Resource, path: str, body: dict[str, Any]) -> None:
    """Numbers that JSON does not have, and those that not every reader holds; an integer is exact or refused."""
    create = resource.must("create")
    places: list[tuple[str, ...]] = [
        (name,) for name, schema in world.contract.members(create.body).items() if "integer" in schema["types"]
    ]
    places += [
        (name, inner)
        for name, schema in world.contract.members(create.body).items()
        for inner, s in world.contract.members(schema).items()
        if "integer" in s["types"]
    ]
    for place in [*places, ("no_such_member",)]:
        for literal in (
            "NaN",
            "Infinity",
            "-Infinity",
            "1e999",
            "-1e999",
            "01",
            "1.",
            ".5",
            "+1",
            "0x10",
            "1e400",
            "1e-1000001",
            "0e99999999999999999999",
            "1" * 400,
        ):
            answer = world.client.send("POST", path, raw=_placed(body, place, literal))
            report.that(
                answer.status == 400,
                "A4.number",
                f"{answer.place} /{'/'.join(place)}",
                f"{literal[:20]} is answered with {answer.status}, not 400",
            )
    for place in places:
        for literal in ("9007199254740993", "9223372036854775808", "18446744073709551617", "1.0", "1e2", "-0"):
            answer = world.client.send("POST", path, raw=_placed(world.body(resource), place, literal))
            got: Any = answer.json
            for part in place:
                got = got.get(part) if isinstance(got, dict) else None
            exact = answer.status == 201 and float(literal) == got and int(float(literal)) == got
            report.that(
                answer.status == 400 or (exact and "9007" not in literal),
                "A4.number",
                f"{answer.place} /{'/'.join(place)}",
                f"{literal} becomes {got!r} ({answer.status})",
            )


def _placed(body: dict[str, Any], place: tuple[str, ...], literal: str) -> bytes:
    head, *rest = place
    value = {**body[head], rest[0]: "@@"} if rest and isinstance(body.get(head), dict) else "@@"
    return json.dumps({**body, head: value}).replace('"@@"', literal).encode()
