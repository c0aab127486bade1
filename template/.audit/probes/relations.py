# Kept by the platform: docs/ownership.md says what that means.
"""What the rules between rows do: unique values, rows that others refer to, what becomes of those on a deletion."""

from __future__ import annotations

from probes.client import Answer
from probes.contract import Resource
from probes.report import Report
from probes.world import Row, World


def conflicts(world: World, report: Report, resource: Resource) -> None:
    """A value that must be unique and is taken: 409 with a pointer, for a new row and for a change."""
    for members in world.uniques(resource):
        first, second = world.create(resource), world.body(resource)
        clash = {**second, **{name: first.sent[name] for name in members if name in first.sent}}
        if any(first.sent.get(name) is None for name in members):
            continue
        _conflict(report, world.client.send("POST", world.collection(resource), body=clash), members)
        patch = resource.can("patch")
        if patch and members <= world.contract.members(patch.body).keys():
            other = world.create(resource)
            change = {name: first.sent[name] for name in members}
            _conflict(report, world.client.send("PATCH", other.path, body=change, headers=[("If-Match", "*")]), members)
    if not world.uniques(resource):
        report.none("A3.conflict", "nothing is unique")


def _conflict(report: Report, answer: Answer, members: frozenset[str]) -> None:
    thing = f"{answer.place} /{', /'.join(sorted(members))}"
    if report.that(
        answer.status == 409, "A3.conflict", thing, f"a value that is taken is answered with {answer.status}, not 409"
    ):
        named = {f"/{name}" for name in members} & answer.places()
        report.that(bool(named), "A3.conflict", thing, f"the problem names {sorted(answer.places())}")


def in_use(world: World, report: Report, resource: Resource) -> None:
    """A row that others refer to, by a key that restricts: 409; one whose others go with it, or let go of it: 204."""
    for name, target in world.references(resource).items():
        action = world.table(resource).references.get(name, ("", ""))[1]
        if target is resource or not target.can("delete") or action not in "rcn":
            continue
        parent = world.create(target)
        child = world.create(resource, **{name: parent.id})
        if action != "r":
            follows(world, report, parent, child, name, action)
            continue
        answer = world.client.send("DELETE", parent.path)
        report.that(
            answer.status == 409,
            "A3.in-use",
            f"{answer.place} with {resource.name}",
            f"a row that others refer to is answered with {answer.status}, not 409",
        )


def follows(world: World, report: Report, parent: Row, child: Row, name: str, action: str) -> None:
    """With a deleted row go those that cascade; those that set null let go of it (the foreign key says which)."""
    gone = world.client.send("DELETE", parent.path)
    thing = f"{gone.place} with {child.resource.name}"
    report.that(
        gone.status == 204,
        "D3.on-delete",
        thing,
        f"the deletion is answered with {gone}, and the key does not restrict it",
    )
    if child.resource.can("get"):
        now = world.client.send("GET", child.path)
        fine = now.status == 404 if action == "c" else now.status == 200 and now.get(name) is None
        report.that(fine, "D3.on-delete", thing, f"{'cascade' if action == 'c' else 'set null'} leaves {now}")
