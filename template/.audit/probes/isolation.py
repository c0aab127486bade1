# Kept by the platform: docs/ownership.md says what that means.
"""What belongs to somebody else is not there: by id, in lists, as a parent, and by what it takes (API1:2023)."""

from __future__ import annotations

from probes.client import OWNER, STRANGER, Answer
from probes.contract import Resource
from probes.pages import all_pages, rows_of
from probes.report import Report
from probes.values import make
from probes.world import ABSENT, Row, World

CHECKS = ("A7.foreign-item", "A7.foreign-list", "A7.foreign-parent", "A7.foreign-unique")
TELLING = ("etag", "location", "content-type", "content-length", "allow")


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes one resource whose rows belong to callers, or that refers to such rows."""
    if world.owned(resource):
        theirs = world.create(resource, STRANGER)
        if resource.item_path:
            items(world, report, theirs)
        if resource.can("list"):
            lists(world, report, theirs)
        uniques(world, report, theirs)
        actions(world, report, theirs)
    parents(world, report, resource)


def _seen(answer: Answer) -> tuple[object, ...]:
    return (
        answer.status,
        answer.without_request_id(),
        tuple(sorted((n, v) for n, v in answer.headers.items() if n in TELLING)),
    )


def items(world: World, report: Report, theirs: Row) -> None:
    """404, byte by byte the one for what never was; and nothing has changed."""
    before = _now(world, theirs)
    for kind, body in {"get": None, "patch": {}, "put": theirs.sent, "delete": None}.items():
        operation = theirs.resource.can(kind)
        if operation is None:
            continue
        for tag in ("*", theirs.answer.header("ETag"), '"999"'):
            answers = [
                world.client.send(
                    operation.method,
                    theirs.path.replace(theirs.id, key),
                    body=body,
                    headers=[("If-Match", tag)] if kind != "get" else [],
                )
                for key in (theirs.id, ABSENT)
            ]
            report.that(
                answers[0].status == 404,
                "A7.foreign-item",
                operation.name,
                f"a row of somebody else is answered with {answers[0].status}, not 404",
            )
            report.that(
                _seen(answers[0]) == _seen(answers[1]),
                "A7.foreign-item",
                operation.name,
                f"a row of somebody else can be told from none: {answers[0]} and {answers[1]}",
            )
        if operation.parameter("header", "If-Match"):
            bare = [
                world.client.send(operation.method, theirs.path.replace(theirs.id, key), body=body).status
                for key in (theirs.id, ABSENT)
            ]
            report.that(
                bare[0] == bare[1],
                "A7.foreign-item",
                operation.name,
                f"without If-Match a row of somebody else is answered with {bare[0]}, and none with {bare[1]}",
            )
    report.that(
        _now(world, theirs) == before,
        "A7.foreign-item",
        f"{theirs.resource.item_path}",
        "a row of somebody else was changed",
    )


def _now(world: World, row: Row) -> object:
    if row.resource.can("get"):
        return world.client.send("GET", row.path, row.identity).json
    return None


def lists(world: World, report: Report, theirs: Row) -> None:
    """In no list, on no page, by no filter and in no order."""
    listing = theirs.resource.must("list")
    queries = [""]
    for parameter in listing.parameters:
        value = theirs.answer.get(parameter.name)
        if parameter.place == "query" and parameter.name == "sort":
            queries += [f"&sort={order}" for order in parameter.schema.get("enum", [])]
        elif parameter.place == "query" and isinstance(value, str | int) and not isinstance(value, bool):
            from probes.pages import quoted

            queries.append(f"&{parameter.name}={quoted(value)}")
    for query in queries:
        found = rows_of(all_pages(world, theirs.resource, query, OWNER, limit=200))
        report.that(
            theirs.id not in {row.get("id") for row in found},
            "A7.foreign-list",
            f"{listing.name}?{query[1:]}",
            "the list shows a row of somebody else",
        )
    mine = world.create(theirs.resource)
    own = rows_of(all_pages(world, theirs.resource, "", STRANGER, limit=200))
    report.that(
        mine.id not in {row.get("id") for row in own},
        "A7.foreign-list",
        listing.name,
        "the list shows a row of somebody else",
    )


def uniques(world: World, report: Report, theirs: Row) -> None:
    """A value that somebody else has is not taken: else it could be found out that they have it."""
    for members in world.uniques(theirs.resource):
        if members & world.references(theirs.resource).keys():
            continue
        body = {**world.body(theirs.resource), **{name: theirs.sent[name] for name in members if name in theirs.sent}}
        answer = world.client.send("POST", world.collection(theirs.resource), body=body)
        report.that(
            answer.status == 201,
            "A7.foreign-unique",
            f"{answer.place} /{', /'.join(sorted(members))}",
            f"a value that somebody else has is answered with {answer}",
        )


def parents(world: World, report: Report, resource: Resource) -> None:
    """A reference to a row of somebody else is one that leads nowhere, in a new row, in a change and in a filter."""
    for name, target in world.references(resource).items():
        if not world.owned(target) or not target.can("create"):
            continue
        theirs = world.create(target, STRANGER)
        path, body = world.collection(resource), world.body(resource)
        made = [world.client.send("POST", path, body={**body, name: key}) for key in (theirs.id, ABSENT)]
        thing = f"{made[0].place} /{name}"
        report.that(
            made[0].status == 400,
            "A7.foreign-parent",
            thing,
            f"a reference to a row of somebody else is answered with {made[0].status}, not 400",
        )
        report.that(
            _seen(made[0]) == _seen(made[1]),
            "A7.foreign-parent",
            thing,
            f"it can be told from a reference to nothing: {made[0]} and {made[1]}",
        )
        patch, listing = resource.can("patch"), resource.can("list")
        if patch and name in world.contract.members(patch.body):
            row = world.create(resource)
            changed = [
                world.client.send("PATCH", row.path, body={name: key}, headers=[("If-Match", "*")])
                for key in (theirs.id, ABSENT)
            ]
            report.that(
                changed[0].status == 400 and _seen(changed[0]) == _seen(changed[1]),
                "A7.foreign-parent",
                f"{patch.name} /{name}",
                f"a reference to a row of somebody else is answered with {changed[0]}",
            )
        if listing and listing.parameter("query", name):
            found = world.client.send("GET", f"{path}?{name}={theirs.id}")
            report.that(
                found.status == 200 and not found.rows,
                "A7.foreign-parent",
                f"{listing.name}?{name}",
                f"the rows below a row of somebody else: {found}",
            )
    below(world, report, resource)


def actions(world: World, report: Report, theirs: Row) -> None:
    """What else can be done with an item: not with one of somebody else."""
    collections = {resource.path for resource in world.contract.resources}
    for operation in world.contract.operations:
        if not operation.path.startswith(f"{theirs.resource.item_path}/") or operation.path in collections:
            continue
        tail = operation.path[len(theirs.resource.item_path) :]
        if "{" in tail or not theirs.path:
            continue
        body = make(world.contract, operation.body) if operation.body is not None else None
        answers = [
            world.client.send(operation.method, theirs.path.replace(theirs.id, key) + tail, body=body)
            for key in (theirs.id, ABSENT)
        ]
        told = f"a row of somebody else can be told from none: {answers[0]} and {answers[1]}"
        report.that(answers[0].status == 404, "A7.foreign-item", operation.name, f"answered with {answers[0]}, not 404")
        report.that(_seen(answers[0]) == _seen(answers[1]), "A7.foreign-item", operation.name, told)


def below(world: World, report: Report, resource: Resource) -> None:
    """A path below a row of somebody else is one below nothing."""
    if resource.above is not None and world.owned(resource.above):
        theirs = world.create(resource.above, STRANGER)
        listing = resource.can("list") or resource.must("create")
        tail = resource.path[len(resource.above.item_path) :]
        answers = [world.client.ask(listing, theirs.path.replace(theirs.id, key) + tail) for key in (theirs.id, ABSENT)]
        report.that(
            answers[0].status == 404 and _seen(answers[0]) == _seen(answers[1]),
            "A7.foreign-parent",
            listing.name,
            f"below a row of somebody else: {answers[0]}",
        )
