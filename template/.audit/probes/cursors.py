# Kept by the platform: docs/ownership.md says what that means.
"""A cursor is good for the list that it came from, and for nothing else."""

from __future__ import annotations

from typing import Any

from probes.client import OWNER, STRANGER
from probes.contract import Operation, Resource
from probes.pages import make_more, quoted
from probes.report import Report
from probes.world import World

MADE_UP = (
    "x",
    "AQAA",
    "%00",
    "%20",
    "null",
    "-1",
    "MTIzNDU2Nzg5MA",
    "eyJpZCI6MX0",
    "' or 1=1",
    "%F0%9F%98%80",
    "a" * 1999,
)


def run(world: World, report: Report, resource: Resource) -> None:
    """A cursor that the service has not given out for this very list is refused."""
    listing, path = resource.must("list"), world.collection(resource)

    def refused(cursor: str, what: str, more: str = "", identity: str = OWNER) -> None:
        page = world.client.send("GET", f"{path}?limit=1{more}&cursor={cursor}", identity)
        if report.that(page.status == 400, "A5.cursor", page.place, f"{what} is answered with {page.status}, not 400"):
            report.that(
                "cursor" in page.places(),
                "A4.pointer",
                page.place,
                f"{what}: the problem names {sorted(page.places())}",
            )

    for made_up in MADE_UP:
        refused(made_up, f"the cursor {made_up[:20]}")
    refused("", "an empty cursor")
    if not resource.can("create"):
        return
    make_more(world, resource, 3)
    own = str(world.client.send("GET", f"{path}?limit=1").get("next_cursor"))
    refused(own + "&cursor=" + own, "a cursor given twice")
    refused(("A" if own[0] != "A" else "B") + own[1:], "a cursor that was altered")
    refused(own[: len(own) // 2], "a cursor that was cut")
    refused(own + "!", "a cursor with more behind it")
    for other in world.contract.resources:
        if other is not resource and other.can("list") and other.can("create"):
            make_more(world, other, 2)
            foreign = world.client.send("GET", f"{world.collection(other)}?limit=1").get("next_cursor")
            refused(str(foreign), f"a cursor of {other.name}")
            break
    if world.owned(resource):
        make_two(world, resource)
        theirs = world.client.send("GET", f"{world.collection(resource, STRANGER)}?limit=1", STRANGER).get(
            "next_cursor"
        )
        refused(str(theirs), "a cursor of somebody else")
    for name, value in _other_lists(world, resource, listing):
        refused(own, f"a cursor of the list without {name}", f"&{name}={value}")


def make_two(world: World, resource: Resource) -> None:
    """Two rows of the stranger."""
    world.create(resource, STRANGER)
    world.create(resource, STRANGER)


def _other_lists(world: World, resource: Resource, listing: Operation) -> list[tuple[str, Any]]:
    row = world.row(resource)
    found: list[tuple[str, Any]] = []
    for parameter in listing.parameters:
        if parameter.place == "query" and parameter.name == "sort":
            found.append(("sort", parameter.schema.get("enum", [""])[0]))
        elif parameter.place == "query" and isinstance(row.answer.get(parameter.name), str):
            found.append((parameter.name, quoted(row.answer.get(parameter.name))))
    return found
