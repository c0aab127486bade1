# Kept by the platform: docs/ownership.md says what that means.
"""A version is served where the answers say, and one that does not exist is refused, never taken for another."""

from __future__ import annotations

import re

from probes.report import Report
from probes.world import World

NUMBER = re.compile(r"/v(\d+)(?=/|$)")
HEADER = "API-Version"


def run(world: World, report: Report, mode: str) -> None:
    """Probes the way in which this service has its versions: path or header."""
    (by_header if mode == "header" else by_path)(world, report)


def by_path(world: World, report: Report) -> None:
    """The major version is the first part of every path."""
    known = {f"v{match[1]}" for o in world.contract.operations if (match := NUMBER.match(o.path))}
    for operation in world.contract.operations:
        report.that(
            NUMBER.match(operation.path) is not None,
            "A8.place",
            operation.name,
            "the path does not begin with a version",
        )
        path = world.sample(operation)
        for other in ("v0", "v99", "v", "v1.0", "V1", "1", "latest", ""):
            if other in known:
                continue
            changed = NUMBER.sub(f"/{other}" if other else "", path, count=1)
            answer = world.client.ask(operation, changed)
            report.that(
                answer.status == 404,
                "A8.unknown",
                operation.name,
                f"{changed} is answered with {answer.status}, not 404",
            )


def by_header(world: World, report: Report) -> None:
    """The major version is in a header; the answer says which it is, and that it depends on the header."""
    for operation in world.contract.operations:
        report.that(
            NUMBER.match(operation.path) is None, "A8.place", operation.name, "the path has a version beside the header"
        )
        path = world.sample(operation)
        for sent in ([], [(HEADER, "1")]):
            answer = world.client.ask(operation, path, headers=[*sent, ("If-Match", "*")])
            varies = HEADER.lower() in answer.header("Vary").lower()
            report.that(
                bool(answer.header(HEADER)) and varies,
                "A8.told",
                operation.name,
                f"{HEADER} is {answer.header(HEADER)!r} and Vary {answer.header('Vary')!r} on a {answer.status}",
            )
        for other in ("0", "99", "x", "1.0", "", "latest", "2020-01-01"):
            answer = world.client.ask(operation, path, headers=[(HEADER, other), ("If-Match", "*")])
            report.that(
                answer.status in (400, 406),
                "A8.unknown",
                operation.name,
                f"{HEADER}: {other} is answered with {answer.status}, not 400",
            )
