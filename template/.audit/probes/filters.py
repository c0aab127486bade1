# Kept by the platform: docs/ownership.md says what that means.
"""Filters keep what they say and nothing else, orders order, and both go together with pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from probes.client import STRANGER
from probes.contract import Operation, Parameter, Resource
from probes.pages import all_pages, quoted, rows_of
from probes.report import Report
from probes.roundtrip import same
from probes.values import make
from probes.violations import broken
from probes.world import ABSENT, World

PAGING = ("limit", "cursor", "sort")


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes every filter and every order of a list, on rows of the stranger, of whom there are few."""
    listing = resource.must("list")
    filters = [p for p in listing.parameters if p.place == "query" and p.name not in PAGING]
    sort = listing.parameter("query", "sort")
    rows = [world.create(resource, STRANGER).answer.json for _ in range(4)] if filters or sort else []
    for parameter in filters:
        keeps(world, report, resource, parameter, rows)
        refuses(world, report, resource, listing, parameter)
    if sort is None:
        report.none("A5.sort", "no list can be sorted")
        return
    for order in sort.schema.get("enum", []):
        sorts(world, report, resource, order)
    for order in ("no_such_member", "id;drop", "-", "%2D%2Did", "id,id"):
        page = world.client.send("GET", f"{world.collection(resource)}?sort={order}")
        report.that(page.status == 400, "A5.sort", page.place, f"sort={order} is answered with {page.status}, not 400")
    for parameter in filters:
        together(world, report, resource, parameter, str(sort.schema["enum"][0]), rows)


def keeps(world: World, report: Report, resource: Resource, parameter: Parameter, rows: list[dict[str, Any]]) -> None:
    """Every row that fits, on pages of one; no other."""
    name, thing = parameter.name, f"GET {resource.path}?{parameter.name}"
    wanted = next((row[name] for row in rows if row.get(name) is not None), None)
    if wanted is None:
        if any(name in row for row in rows):
            return
        report.that(False, "A5.filter", thing, "no row has a member of that name, so that nobody can tell what it does")
        return
    got = rows_of(all_pages(world, resource, f"&{name}={quoted(wanted)}", STRANGER, limit=1))
    fitting = {row["id"] for row in rows if same(row.get(name), wanted)}
    report.that(
        fitting <= {row.get("id") for row in got},
        "A5.filter",
        thing,
        f"of {len(fitting)} rows that fit {wanted!r}, some are missing",
    )
    wrong = [row.get(name) for row in got if not same(row.get(name), wanted)]
    report.that(not wrong, "A5.filter", thing, f"{len(wrong)} rows that do not fit {wanted!r}, such as {wrong[:1]}")
    if parameter.schema.get("format") == "uuid":
        none = world.client.send("GET", f"{world.collection(resource, STRANGER)}?{name}={ABSENT}", STRANGER)
        report.that(
            none.status == 200 and not none.rows,
            "A5.filter",
            thing,
            f"a value that no row has is answered with {none.status} and {len(none.rows)} rows",
        )


def refuses(world: World, report: Report, resource: Resource, listing: Operation, parameter: Parameter) -> None:
    """A value that breaks the contract, and a filter given twice, are refused and named."""
    texts = [
        case.value
        for case in broken(world.contract, parameter.schema, None)
        if isinstance(case.value, str) and case.rule != "type"
    ]
    for text in [*texts, "%00", "%FF"]:
        written = text if text in ("%00", "%FF") else quoted(text)
        page = world.client.send("GET", f"{world.collection(resource)}?{parameter.name}={written}")
        if report.that(
            page.status == 400,
            "A5.filter-value",
            f"{listing.name}?{parameter.name}",
            f"{text[:40]!r} is answered with {page.status}, not 400",
        ):
            report.that(
                parameter.name in page.places(),
                "A4.pointer",
                page.place,
                f"?{parameter.name}={text[:40]!r}: the problem names {sorted(page.places())}",
            )
    if "array" not in parameter.schema["types"]:
        twice = "&".join(f"{parameter.name}={quoted(make(world.contract, parameter.schema, n))}" for n in (0, 1))
        page = world.client.send("GET", f"{world.collection(resource)}?{twice}")
        report.that(
            page.status == 400,
            "A5.filter-value",
            f"{listing.name}?{parameter.name}",
            f"given twice it is answered with {page.status}, not 400",
        )


def sorts(world: World, report: Report, resource: Resource, order: str) -> None:
    """Over pages of two, every row once, in the order of the member, with rows added meanwhile."""
    name, thing = order.lstrip("-"), f"GET {resource.path}?sort={order}"
    alike(world, resource, name)
    before = {row["id"] for row in rows_of(all_pages(world, resource, "", STRANGER, limit=100))}
    pages = all_pages(world, resource, f"&sort={order}", STRANGER, lambda: _more(world, resource))
    rows = rows_of(pages)
    ids = [row.get("id") for row in rows]
    report.that(before <= set(ids), "A5.rows-lost", thing, f"{len(before - set(ids))} of {len(before)} rows lost")
    report.that(len(ids) == len(set(ids)), "A5.rows-twice", thing, f"{len(ids) - len(set(ids))} rows twice")
    keys = [key(row.get(name)) for row in rows if row.get(name) is not None]
    report.that(
        bool(keys) and keys == sorted(keys, reverse=order.startswith("-")),
        "A5.sort",
        thing,
        f"the rows do not come in the order of {name}: {[str(k) for k in keys[:6]]}",
    )


def alike(world: World, resource: Resource, name: str) -> None:
    """Three rows that no order by the member tells apart, where it may be the same in several."""
    first = world.create(resource, STRANGER)
    if name in first.sent and not any(name in members for members in world.uniques(resource)):
        for _ in range(2):
            world.create(resource, STRANGER, **{name: first.sent[name]})


def _more(world: World, resource: Resource) -> None:
    world.create(resource, STRANGER)


def key(value: Any) -> Any:
    """A value as it is compared: numbers as numbers, moments as moments, text by its characters."""
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00")) if "T" in value else value
        except ValueError:
            return value
    return value


def together(
    world: World, report: Report, resource: Resource, parameter: Parameter, order: str, rows: list[dict[str, Any]]
) -> None:
    """A filter and an order on pages of one."""
    name = parameter.name
    wanted = next((row[name] for row in rows if row.get(name) is not None), None)
    if wanted is None:
        return
    pages = all_pages(world, resource, f"&sort={order}&{name}={quoted(wanted)}", STRANGER, limit=1)
    got = rows_of(pages)
    fitting = {row["id"] for row in rows if same(row.get(name), wanted)}
    ids = [row.get("id") for row in got]
    fine = fitting <= set(ids) and len(ids) == len(set(ids)) and all(same(row.get(name), wanted) for row in got)
    report.that(
        fine and all(page.status == 200 for page in pages),
        "A5.combined",
        f"GET {resource.path}?sort={order}&{name}",
        f"on pages of one: {len(got)} rows, {len(fitting - set(ids))} missing, the last page is {pages[-1].status}",
    )
