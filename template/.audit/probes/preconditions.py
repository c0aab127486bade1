# Kept by the platform: docs/ownership.md says what that means.
"""No update is lost: If-Match is demanded, understood and kept to, also by many at once."""

from __future__ import annotations

from probes.burst import together
from probes.contract import Resource
from probes.report import Report
from probes.world import Row, World

MANY = 8


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes each way in which an item is changed."""
    for kind in ("patch", "put", "delete"):
        operation = resource.can(kind)
        if operation is None or operation.parameter("header", "If-Match") is None:
            continue
        row = world.create(resource)
        body = row.sent if kind == "put" else {} if kind == "patch" else None
        _one(world, report, row, operation.method, body, 428 in operation.statuses())
    if resource.can("patch"):
        race(world, report, world.create(resource))


def _one(world: World, report: Report, row: Row, method: str, body: object, demanded: bool) -> None:
    def answer(tag: str | None) -> int:
        headers = [] if tag is None else [("If-Match", tag)]
        return world.client.send(method, row.path, body=body, headers=headers).status

    thing, tag = f"{method} {row.resource.item_path}", row.answer.header("ETag")
    if demanded:
        got = answer(None)
        report.that(got == 428, "A3.precondition-required", thing, f"without If-Match the answer is {got}, not 428")
    for stale in ('"nothing-like-it"', '"0"', '"999999"', f"W/{tag}"):
        got = answer(stale)
        report.that(got == 412, "A3.stale", thing, f"If-Match: {stale} is answered with {got}, not 412")
    for malformed in ("1", '"1', "none at all", '"1", x'):
        got = answer(malformed)
        report.that(
            got == 400, "A3.precondition-malformed", thing, f"If-Match: {malformed} is answered with {got}, not 400"
        )
    if method != "DELETE":
        got = answer("*")
        report.that(got == 200, "A3.updated", thing, f"If-Match: * is answered with {got}, not 200")
        got = answer(tag)
        report.that(got == 412, "A3.stale", thing, f"the ETag of the version before is answered with {got}, not 412")
    else:
        got = answer(tag)
        report.that(got == 204, "A3.deleted", thing, f"the right If-Match is answered with {got}, not 204")


def race(world: World, report: Report, row: Row) -> None:
    """Of many who change one version at once, one succeeds. They are held at the row until all have read it."""
    tag = world.etag(row)
    answers = together(world, row.resource, "PATCH", row.path, b"{}", [("If-Match", tag)], MANY, hold=row.id)
    statuses = sorted(status for status, _ in answers)
    won, stale = statuses.count(200), statuses.count(412)
    report.that(
        won == 1 and stale == MANY - 1,
        "A3.lost-update",
        f"PATCH {row.resource.item_path}",
        f"{MANY} at once with one ETag are answered with {statuses}",
    )
