# Kept by the platform: docs/ownership.md says what that means.
"""A change changes what was sent and nothing else, and can be seen: by the ETag, by the time, and by reading again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from probes.contract import Resource
from probes.report import Report
from probes.roundtrip import stored
from probes.values import vary
from probes.world import Row, World, good_example


def run(world: World, report: Report, resource: Resource) -> None:
    """Changes each member of a row, then replaces it."""
    row = world.create(resource)
    if resource.can("patch"):
        patched(world, report, row)
    if resource.can("put"):
        replaced(world, report, row)


def patched(world: World, report: Report, row: Row) -> None:
    """A merge patch changes what was sent and nothing else, and moves updated_at and the ETag."""
    before = row.answer
    for name, value in changes(world, row).items():
        answer = world.client.send("PATCH", row.path, body={name: value}, headers=[("If-Match", before.header("ETag"))])
        if not report.that(answer.status == 200, "A3.updated", answer.place, f"{name} cannot be changed: {answer}"):
            continue
        stored(report, "A2.stored", {name: value}, answer)
        now, was = answer.json, before.json
        moved = {"version", "updated_at", name}
        other = [m for m in was if m not in moved and m in now and now[m] != was[m]]
        report.that(not other, "A2.merge-patch", answer.place, f"a patch of {name} changed {', '.join(other)} too")
        report.that(
            answer.header("ETag") not in ("", before.header("ETag")),
            "A3.etag",
            answer.place,
            f"after a change of {name} the ETag is {answer.header('ETag')!r} as before",
        )
        if "updated_at" in was:
            report.that(
                _later(now.get("updated_at"), was["updated_at"]),
                "A2.updated-at",
                answer.place,
                f"updated_at did not move with a change of {name}",
            )
        before = answer
    if row.resource.can("get"):
        after = world.client.send("GET", row.path)
        report.that(
            after.json == before.json,
            "A2.stored",
            after.place,
            "what is read is not what the answer to the last PATCH said",
        )


def _later(now: Any, was: Any) -> bool:
    try:
        return datetime.fromisoformat(str(now).replace("Z", "+00:00")) > datetime.fromisoformat(
            str(was).replace("Z", "+00:00")
        )
    except ValueError:
        return False


def changes(world: World, row: Row) -> dict[str, Any]:
    """Another value for each member that may change; references are left to the probes of isolation."""
    patch, create = row.resource.must("patch"), row.resource.must("create")
    good, n = good_example(world.contract, world.contract.shape(create.body)), world.number()
    references = world.references(row.resource)
    found: dict[str, Any] = {}
    for name, schema in world.contract.members(patch.body).items():
        if name not in references and name in good:
            value = vary(world.contract, schema, good[name], n)
            found[name] = value
    return found


def replaced(world: World, report: Report, row: Row) -> None:
    """PUT twice has the effect of once (RFC 9110, 9.2.2)."""
    put = row.resource.must("put")
    body = {name: value for name, value in world.body(row.resource).items() if name in world.contract.members(put.body)}
    first = world.client.send("PUT", row.path, body=body, headers=[("If-Match", world.etag(row))])
    again = world.client.send("PUT", row.path, body=body, headers=[("If-Match", world.etag(row))])
    report.that(
        first.status in (200, 204) and again.status == first.status,
        "A2.put",
        first.place,
        f"PUT twice is answered with {first.status} and {again.status}",
    )
