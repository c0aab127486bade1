# Kept by the platform: docs/ownership.md says what that means.
"""Every rule of the contract about a body is broken once, and refused with a pointer; only just kept, and accepted."""

from __future__ import annotations

import json
from typing import Any

from probes.burst import text
from probes.client import Answer
from probes.contract import Resource
from probes.report import Report
from probes.roundtrip import same, stored
from probes.values import make
from probes.violations import OMITTED, Case, broken, kept
from probes.world import ABSENT, Row, World

CHECKS = {
    "required": "A4.required",
    "type": "A4.type",
    "unknown": "A4.unknown-member",
    "enum": "A4.enum",
    "format": "A4.format",
    "pattern": "A4.format",
}

BODY = ("A4.required", "A4.type", "A4.unknown-member", "A4.enum", "A4.format", "A4.bound", "A4.pointer")


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes the body of a new row, then that of a change."""
    create, patch = resource.must("create"), resource.can("patch")
    path, body = world.collection(resource), world.body(resource)
    for case in broken(world.contract, create.body, body):
        refused(report, case, world.client.send("POST", path, raw=text(case.body(body))))
    for case in kept(world.contract, create.body):
        good = world.body(resource)
        inside = len(case.member) < 2 or isinstance(good.get(str(case.member[0])), dict)
        if case.member[0] not in world.references(resource) and inside:
            sent = case.body(good)
            _accepted(report, case, sent, world.client.send("POST", path, body=sent))
    _privileged(world, report, resource, path, body)
    _cased(world, report, path, body)
    _references(world, report, resource, path, body)
    if patch is not None:
        row = world.create(resource)
        for case in broken(world.contract, patch.body, row.sent, whole=False):
            refused(
                report,
                case,
                world.client.send(
                    "PATCH",
                    row.path,
                    raw=text(case.body({}) if len(case.member) < 2 else _deep(case, row)),
                    headers=[("If-Match", "*")],
                ),
            )
        _unchanged(world, report, row)


def _deep(case: Case, row: Row) -> Any:
    """A patch of the one member that the case lies in."""
    return case.body({case.member[0]: row.sent[str(case.member[0])]})


def refused(report: Report, case: Case, answer: Answer) -> None:
    check = CHECKS.get(case.rule, "A4.bound")
    told = "left out" if case.value is OMITTED else json.dumps(case.value)[:60]
    thing = f"{answer.place} {case.pointer or 'the body'}"
    if report.that(
        answer.status == 400,
        check,
        thing,
        f"{told} breaks the rule of {case.rule} and is answered with {answer.status}, not 400",
    ):
        report.that(
            case.pointer in answer.places(), "A4.pointer", thing, f"{told}: the problem names {sorted(answer.places())}"
        )


def _accepted(report: Report, case: Case, sent: dict[str, Any], answer: Answer) -> None:
    told = json.dumps(case.value)[:60]
    name = str(case.member[0])
    fine = answer.status == 201 and same(sent[name], answer.get(name))
    report.that(
        fine,
        "A4.boundary",
        f"{answer.place} {case.pointer}",
        f"{told} only just keeps the rule of {case.rule} and is answered with {answer}",
    )


def _privileged(world: World, report: Report, resource: Resource, path: str, body: dict[str, Any]) -> None:
    """What the service decides cannot be set: read-only members, and names that others have fallen for (API3:2023)."""
    create = resource.must("create")
    allowed = world.contract.members(create.body)
    for name in (
        "id",
        "version",
        "created_at",
        "updated_at",
        "deleted_at",
        "owner",
        "tenant_id",
        "is_admin",
        "__proto__",
        "constructor",
    ):
        if name in allowed and not allowed[name].get("readOnly"):
            continue
        value = ABSENT if name == "id" else "2020-01-01T00:00:00Z" if name.endswith("_at") else 7
        answer = world.client.send("POST", path, body={**body, name: value})
        ignored = answer.status == 201 and answer.get(name) != value
        thing = f"{answer.place} /{name}"
        report.that(answer.status == 400 or ignored, "A4.privileged", thing, f"a caller sets it: {answer}")
        if answer.status == 400:
            report.that(
                f"/{name}" in answer.places(), "A4.pointer", thing, f"the problem names {sorted(answer.places())}"
            )


def _cased(world: World, report: Report, path: str, body: dict[str, Any]) -> None:
    """The case of a name counts."""
    for name in body:
        if name.upper() == name:
            continue
        answer = world.client.send(
            "POST", path, body={**{k: v for k, v in body.items() if k != name}, name.capitalize(): body[name]}
        )
        report.that(
            answer.status == 400,
            "A4.cased",
            f"{answer.place} /{name}",
            f"{name.capitalize()} is taken for {name}: {answer.status}",
        )


def _references(world: World, report: Report, resource: Resource, path: str, body: dict[str, Any]) -> None:
    """A reference that leads nowhere is the caller's mistake."""
    for name in world.references(resource):
        answer = world.client.send("POST", path, body={**body, name: ABSENT})
        thing = f"{answer.place} /{name}"
        if report.that(
            answer.status == 400,
            "A4.reference",
            thing,
            f"a reference to nothing is answered with {answer.status}, not 400",
        ):
            report.that(
                f"/{name}" in answer.places(), "A4.pointer", thing, f"the problem names {sorted(answer.places())}"
            )
    if not world.references(resource):
        report.none("A4.reference", "nothing refers to anything")


def _unchanged(world: World, report: Report, row: Row) -> None:
    """What was refused has changed nothing."""
    if row.resource.can("get"):
        now = world.client.send("GET", row.path)
        stored(report, "A4.nothing-kept", row.sent, now)
        report.that(
            now.header("ETag") == row.answer.header("ETag"),
            "A4.nothing-kept",
            now.place,
            "a change that was refused has made a new version",
        )


def others(world: World, report: Report) -> None:
    """Bodies of operations that neither make nor change an item."""
    usual = {id(operation) for resource in world.contract.resources for operation in resource.operations.values()}
    for operation in world.contract.operations:
        if operation.body is None or id(operation) in usual:
            continue
        good = make(world.contract, operation.body)
        for case in broken(world.contract, operation.body, good):
            refused(report, case, world.client.ask(operation, world.sample(operation), raw=text(case.body(good))))
