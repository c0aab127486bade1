# Kept by the platform: docs/ownership.md says what that means.
"""Lists: pages of the size that was asked for, in an order, with every row exactly once, also while others write."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from probes.client import OWNER, STRANGER, Answer
from probes.contract import Operation, Resource
from probes.report import Report
from probes.world import World

ROWS = 7
MOST_PAGES = 400


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes the list of one resource."""
    listing = resource.must("list")
    limits(world, report, resource, listing)
    if resource.can("create"):
        walk(world, report, resource)
    unknown(world, report, resource, listing)


def limits(world: World, report: Report, resource: Resource, listing: Operation) -> None:
    """The size of a page: the default, the bounds, and what is none."""
    limit = next(parameter for parameter in listing.parameters if parameter.name == "limit")
    path, most, default = world.collection(resource), limit.schema.get("maximum", 200), limit.schema.get("default", 50)
    if resource.can("create"):
        make_more(world, resource, default + 1)
        page = world.client.send("GET", path)
        report.that(
            len(page.rows) == default and bool(page.get("next_cursor")),
            "A5.default",
            page.place,
            f"without limit a page has {len(page.rows)} of more than {default} rows",
        )
    for good in (1, 2, most):
        page = world.client.send("GET", f"{path}?limit={good}")
        report.that(
            page.status == 200 and len(page.rows) <= good,
            "A5.limit",
            page.place,
            f"limit={good} is answered with {page.status} and {len(page.rows)} rows",
        )
    for bad in (0, -1, most + 1, 10**6, 2**63, "ten", "", "1.5", "1e2", "%201", "0x1", "1&limit=2"):
        page = world.client.send("GET", f"{path}?limit={bad}")
        if report.that(
            page.status == 400, "A5.limit", page.place, f"limit={bad} is answered with {page.status}, not 400"
        ):
            report.that(
                "limit" in page.places(),
                "A4.pointer",
                page.place,
                f"limit={bad}: the problem names {sorted(page.places())}",
            )


def make_more(world: World, resource: Resource, wanted: int) -> None:
    """So many rows of the owner, if the list has not got them already."""
    have = len(world.client.send("GET", f"{world.collection(resource)}?limit={min(wanted, 200)}").rows)
    world.row(resource)
    with ThreadPoolExecutor(4) as pool:
        for made in [pool.submit(world.create, resource) for _ in range(max(0, wanted - have))]:
            made.result()


def walk(world: World, report: Report, resource: Resource) -> None:
    """Rows come and go between pages: each that was there all the time is seen once, and the last page says so."""
    made = [world.create(resource, STRANGER) for _ in range(ROWS)]
    doomed, spared = made[1], [made[0], *made[2:]]
    there = {row.id for row in spared}
    begun: list[str] = []

    def between() -> None:
        begun.append(world.create(resource, STRANGER).id)
        if len(begun) == 1 and resource.can("delete"):
            world.client.send("DELETE", doomed.path, STRANGER)

    pages = all_pages(world, resource, "", STRANGER, between)
    ids = [item.get("id") for page in pages for item in page.rows]
    thing = f"GET {resource.path}"
    report.that(
        all(page.status == 200 for page in pages), "A5.rows-lost", thing, f"a page is answered with {pages[-1]}"
    )
    lost = there - set(ids)
    report.that(not lost, "A5.rows-lost", thing, f"{len(lost)} of {len(there)} rows lost while others came and went")
    report.that(
        len(ids) == len(set(ids)), "A5.rows-twice", thing, f"{len(ids) - len(set(ids))} rows twice while others came"
    )
    if resource.can("delete"):
        report.that(doomed.id not in ids, "A5.rows-lost", thing, "a row that was deleted before its page is on it")
    last = pages[-1]
    report.that(
        isinstance(last.json, dict) and "next_cursor" in last.json and last.get("next_cursor") is None,
        "A5.last-page",
        thing,
        "the last page does not say that it is the last",
    )
    report.that(
        all(len(page.rows) == 2 for page in pages[:-1]), "A5.limit", thing, "a page before the last is not full"
    )
    newest = [row.id for row in reversed(spared)]
    got = [i for i in ids if i in there]
    report.that(got == newest, "A5.order", thing, "without sort the newest do not come first")


def all_pages(
    world: World,
    resource: Resource,
    query: str,
    identity: str = OWNER,
    between: Callable[[], None] = lambda: None,
    limit: int = 2,
) -> list[Answer]:
    """Every page of a list. A list that does not end is cut off."""
    path, cursor, found = world.collection(resource, identity), "", []
    for _ in range(MOST_PAGES):
        page = world.client.send("GET", f"{path}?limit={limit}{query}{cursor}", identity)
        found.append(page)
        following = page.get("next_cursor")
        if not following:
            break
        cursor = f"&cursor={following}"
        if len(found) <= ROWS // 2:
            between()
    return found


def quoted(value: Any) -> str:
    """A value as it is written in a query."""
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def unknown(world: World, report: Report, resource: Resource, listing: Operation) -> None:
    """A query parameter that the contract does not have is refused and named; so is a query that is none."""
    path = world.collection(resource)
    for query, name in (
        ("offset=10", "offset"),
        ("Limit=1", "Limit"),
        ("limit[]=1", "limit[]"),
        ("no_such_filter=1", "no_such_filter"),
        ("_method=DELETE", "_method"),
    ):
        if listing.parameter("query", name):
            continue
        page = world.client.send("GET", f"{path}?{query}")
        if report.that(
            page.status == 400, "A4.unknown-parameter", page.place, f"?{query} is answered with {page.status}, not 400"
        ):
            report.that(
                name in page.places(), "A4.pointer", page.place, f"?{query}: the problem names {sorted(page.places())}"
            )
    for query in ("limit=%zz", "limit=1;limit=2"):
        page = world.client.send("GET", f"{path}?{query}")
        report.that(
            page.status == 400, "A4.unknown-parameter", page.place, f"?{query} is answered with {page.status}, not 400"
        )


def rows_of(pages: list[Answer]) -> list[dict[str, Any]]:
    """The items of all pages."""
    return [item for page in pages for item in page.rows if isinstance(item, dict)]
