# Kept by the platform: docs/ownership.md says what that means.
"""Paths, methods, media types and sizes that the contract does not have: each gets the status that says so."""

from __future__ import annotations

import gzip

from probes.client import OWNER, Answer
from probes.contract import Operation
from probes.pour import pour
from probes.report import Report
from probes.world import World

TRIED = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
LARGE = 20 << 20
BOMB = gzip.compress(b"{" + b" " * LARGE + b"}", compresslevel=1)


def run(world: World, report: Report) -> None:
    """Probes each path, then each operation."""
    paths(world, report)
    methods(world, report)
    for operation in world.contract.operations:
        accept(world, report, operation)
        if operation.body is not None:
            media_types(world, report, operation)
            encodings(world, report, operation)
    bodies = [operation for operation in world.contract.operations if operation.body is not None]
    for operation in bodies:
        large(world, report, operation)
    if not bodies:
        for check in ("A3.media-type", "A3.too-large", "A2.accept-patch"):
            report.none(check, "no operation takes a body")
    if not any(operation.method == "PATCH" for operation in bodies):
        report.none("A2.accept-patch", "nothing is patched")


def paths(world: World, report: Report) -> None:
    """What the contract does not have is 404."""
    known = next(iter(world.contract.operations)).path.split("{")[0].rstrip("/")
    for path in (
        "/",
        "/no-such-path",
        known + "-",
        "/" + known,
        known + "/%00",
        known + "/../admin",
        "/.env",
        "/.git/config",
        "/metrics",
        "/healthz",
        "/debug/pprof/",
        "/server-status",
        "/swagger",
    ):
        answer = world.client.send("GET", path)
        found = answer.operation is not None
        report.that(
            found or answer.status == 404,
            "A3.no-such-path",
            f"GET {path}",
            f"the contract has no such path, and the answer is {answer.status}",
        )


def methods(world: World, report: Report) -> None:
    """405 with Allow for every method that a path does not have (RFC 9110, 15.5.6)."""
    by_path: dict[str, set[str]] = {}
    for operation in world.contract.every:
        by_path.setdefault(operation.path, set()).add(operation.method)
    for path, allowed in by_path.items():
        sample = next(o for o in world.contract.every if o.path == path)
        for method in TRIED:
            if method in allowed:
                continue
            answer = world.client.send(method, world.sample(sample))
            thing = f"{method} {path}"
            if method == "OPTIONS" and answer.status in (200, 204):
                report.that("Allow" in answer.headers, "A2.not-allowed", thing, "the answer has no Allow")
                continue
            report.that(
                answer.status in (405, 501) if method in ("TRACE", "PROPFIND") else answer.status == 405,
                "A2.not-allowed",
                thing,
                f"the contract has no such method, and the answer is {answer.status}",
            )
            told = {word.strip() for word in answer.header("Allow").split(",") if word.strip()}
            if answer.status == 405:
                report.that(
                    allowed <= told <= allowed | {"HEAD", "OPTIONS"},
                    "A2.allow",
                    thing,
                    f"Allow is {answer.header('Allow')!r}, and the contract has {', '.join(sorted(allowed))}",
                )


def accept(world: World, report: Report, operation: Operation) -> None:
    """406 for a caller who takes no JSON; any range that covers it will do."""
    for value in ("text/html", "application/json;q=0", "image/*, text/plain;q=0.5"):
        answer = world.client.ask(operation, world.sample(operation), headers=[("Accept", value), ("If-Match", "*")])
        report.that(
            answer.status == 406,
            "A3.not-acceptable",
            operation.name,
            f"Accept: {value} is answered with {answer.status}, not 406",
        )
    for value in ("*/*", "application/*", "text/html, application/json;q=0.1"):
        answer = world.client.ask(operation, world.sample(operation), headers=[("Accept", value), ("If-Match", "*")])
        report.that(answer.status != 406, "A3.not-acceptable", operation.name, f"Accept: {value} is answered with 406")


def media_types(world: World, report: Report, operation: Operation) -> None:
    """415 for every other media type; a merge patch says which would do (RFC 5789, 2.2)."""
    for given in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "json",
        "",
    ):
        _unsupported(report, operation, _typed(world, operation, [("Content-Type", given)]), given)
    _unsupported(
        report,
        operation,
        _typed(world, operation, [("Content-Type", operation.media_type), ("Content-Type", "text/plain")]),
        "two",
    )
    if operation.media_type == "application/merge-patch+json":
        _unsupported(
            report, operation, _typed(world, operation, [("Content-Type", "application/json")]), "application/json"
        )
    utf8 = _typed(world, operation, [("Content-Type", f"{operation.media_type}; charset=UTF-8")])
    report.that(
        utf8.status != 415,
        "A3.media-type",
        operation.name,
        "the right media type with charset=UTF-8 is answered with 415",
    )


def _typed(world: World, operation: Operation, headers: list[tuple[str, str]]) -> Answer:
    return world.client.ask(operation, world.sample(operation), headers=[*headers, ("If-Match", "*")])


def _unsupported(report: Report, operation: Operation, answer: Answer, given: str) -> None:
    report.that(
        answer.status == 415,
        "A3.media-type",
        operation.name,
        f"Content-Type {given!r} is answered with {answer.status}, not 415",
    )
    if operation.method == "PATCH" and answer.status == 415:
        told = answer.header("Accept-Patch")
        report.that(operation.media_type in told, "A2.accept-patch", operation.name, f"Accept-Patch is {told!r}")


def encodings(world: World, report: Report, operation: Operation) -> None:
    """An encoded body is refused before it is unpacked."""
    for coding, raw in (("gzip", BOMB), ("br", b"x"), ("gzip, gzip", BOMB)):
        answer = world.client.ask(
            operation, world.sample(operation), raw=raw, headers=[("Content-Encoding", coding), ("If-Match", "*")]
        )
        report.that(
            answer.status in (413, 415),
            "A3.media-type",
            operation.name,
            f"Content-Encoding: {coding} is answered with {answer.status}, not 415",
        )


def large(world: World, report: Report, operation: Operation) -> None:
    """413 for a body beyond what any service should take, announced or not, and before it has come to its end."""
    lines = [*world.client.identity(OWNER), ("Content-Type", operation.media_type), ("If-Match", "*")]
    for announced in (True, False):
        length = ("Content-Length", str(LARGE)) if announced else ("Transfer-Encoding", "chunked")
        status = pour(world.client.base_url, operation.method, world.sample(operation), [*lines, length], announced)
        report.that(
            status == 413,
            "A3.too-large",
            operation.name,
            f"{LARGE} bytes{'' if announced else ' in chunks'} are answered with {status or 'nothing'}, not 413",
        )
