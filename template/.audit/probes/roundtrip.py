# Kept by the platform: docs/ownership.md says what that means.
"""What was made is what was sent, can be read, changed and deleted, and every answer has its status and its headers."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from probes.client import Answer
from probes.contract import Resource
from probes.report import Report
from probes.world import ABSENT, Row, World

STRONG = re.compile(r'"[^"]+"')


def run(world: World, report: Report, resource: Resource) -> None:
    """Makes a row, reads it, and deletes one."""
    row = world.create(resource)
    created(world, report, row)
    if resource.can("get"):
        read(world, report, row)
    if resource.can("delete"):
        deleted(world, report, world.create(resource))


def same(sent: Any, got: Any) -> bool:
    """Whether a value came back: a moment or a number may be written in another way."""
    if sent == got and isinstance(sent, bool) == isinstance(got, bool):
        return True
    if isinstance(sent, dict) and isinstance(got, dict):
        return sent.keys() == got.keys() and all(same(sent[name], got[name]) for name in sent)
    if isinstance(sent, str) and isinstance(got, str):
        return _means(sent) == _means(got)
    return False


def _means(text: str) -> object:
    try:
        return Decimal(text) if len(text) < 60 else text
    except InvalidOperation:
        pass
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")) if "T" in text else text
    except ValueError:
        return text


def stored(report: Report, check: str, sent: dict[str, Any], answer: Answer) -> None:
    """Every member that was sent is in the answer; members that are never shown are left out."""
    body = answer.json if isinstance(answer.json, dict) else {}
    wrong = [name for name, value in sent.items() if name in body and not same(value, body[name])]
    report.that(
        not wrong and bool(body),
        check,
        answer.place,
        f"{', '.join(wrong) or 'the row'} came back otherwise than it was sent",
    )


def created(world: World, report: Report, row: Row) -> None:
    """201 with Location, ETag, the row as it was sent, and defaults for what was not."""
    answer = row.answer
    report.that(
        answer.status == 201, "A3.created", answer.place, f"a new row is answered with {answer.status}, not 201"
    )
    stored(report, "A2.stored", row.sent, answer)
    tag = answer.header("ETag")
    report.that(
        bool(STRONG.fullmatch(tag)), "A3.etag", answer.place, f"the ETag of a new row is {tag!r}, not a strong one"
    )
    if row.path:
        location = answer.header("Location")
        report.that(
            location.endswith(row.path),
            "A3.location",
            answer.place,
            f"Location is {location!r}, and the row is at {row.path}",
        )
        followed = location and row.resource.can("get") and world.client.send("GET", location)
        if followed:
            report.that(
                followed.status == 200, "A3.location", answer.place, f"what Location names answers {followed.status}"
            )
    defaults(world, report, row.resource)


def defaults(world: World, report: Report, resource: Resource) -> None:
    """Members with a default may be left out, and then have it."""
    create = resource.must("create")
    members = world.contract.members(create.body)
    body = world.body(resource)
    left = {name: member["default"] for name, member in members.items() if "default" in member}
    if not left:
        report.none("A4.default", "no member has a default")
        return
    sent = {name: value for name, value in body.items() if name not in left}
    answer = world.client.send("POST", world.collection(resource), body=sent)
    wrong = [name for name, value in left.items() if not same(value, answer.get(name))]
    report.that(
        answer.status == 201 and not wrong,
        "A4.default",
        answer.place,
        f"left out, these have not their default: {', '.join(wrong)} ({answer.status})",
    )


def read(world: World, report: Report, row: Row) -> None:
    """200 with the row and its ETag, the same each time; HEAD the same without a body; what is not there is 404."""
    first, again = world.client.send("GET", row.path), world.client.send("GET", row.path)
    report.that(first.status == 200, "A3.read", first.place, f"a row that is there is answered with {first.status}")
    report.that(
        first.json == row.answer.json, "A2.stored", first.place, "what is read is not what the answer to the POST said"
    )
    report.that(
        first.header("ETag") == row.answer.header("ETag"),
        "A3.etag",
        first.place,
        f"the ETag is {first.header('ETag')!r}, and {row.answer.header('ETag')!r} was given with the new row",
    )
    report.that(
        (first.body, first.header("ETag")) == (again.body, again.header("ETag")),
        "A2.safe",
        first.place,
        "reading twice gives two answers: GET has changed something",
    )
    head = world.client.send("HEAD", row.path)
    report.that(
        head.status == 200 and not head.body and head.header("ETag") == first.header("ETag"),
        "A2.head",
        first.place,
        f"HEAD is answered with {head.status} and ETag {head.header('ETag')!r}",
    )
    absent = world.client.send("GET", row.path.replace(row.id, ABSENT))
    report.that(absent.status == 404, "A3.absent", first.place, f"what is not there is answered with {absent.status}")


def deleted(world: World, report: Report, row: Row) -> None:
    """204 without a body; from then on the row is 404, and in no list."""
    answer = world.client.send("DELETE", row.path)
    report.that(
        answer.status == 204 and not answer.body,
        "A3.deleted",
        answer.place,
        f"a deletion is answered with {answer.status}",
    )
    _kept(world, report, row, answer)
    again = world.client.send("DELETE", row.path)
    report.that(
        again.status == 404, "A2.delete-twice", answer.place, f"a second deletion is answered with {again.status}"
    )
    if row.resource.can("get"):
        gone = world.client.send("GET", row.path)
        report.that(gone.status == 404, "D7.gone", gone.place, f"a deleted row is answered with {gone.status}")
        absent = world.client.send("GET", row.path.replace(row.id, ABSENT))
        report.that(
            gone.without_request_id() == absent.without_request_id(),
            "D7.gone",
            gone.place,
            "a deleted row looks otherwise than one that never was",
        )
    if row.resource.can("patch"):
        changed = world.client.send("PATCH", row.path, body={}, headers=[("If-Match", row.answer.header("ETag"))])
        report.that(
            changed.status == 404,
            "D7.gone",
            changed.place,
            f"a change of a deleted row is answered with {changed.status}",
        )
    if row.resource.can("list"):
        page = world.client.send("GET", world.collection(row.resource) + "?limit=5")
        report.that(
            all(item.get("id") != row.id for item in page.rows), "D7.gone", page.place, "a deleted row is in the list"
        )
    _again_after(world, report, row)


def _kept(world: World, report: Report, row: Row, answer: Answer) -> None:
    """A soft delete leaves the row in its table."""
    table = world.table(row.resource)
    if world.connect is None or not table.soft or "id" not in table.columns:
        report.none("D7.kept", "no table keeps deleted rows")
        return
    statement = f"select count(*) from {table.quoted} where id::text = %s"  # noqa: S608 - a name from the catalogue
    left = world.ask(statement, row.id)
    report.that(left == 1, "D7.kept", answer.place, f"the row has gone from {table.name}, which has deleted_at")


def _again_after(world: World, report: Report, row: Row) -> None:
    """A unique value is free again once its row is gone."""
    if not world.uniques(row.resource):
        report.none("D7.unique-free", "nothing is unique")
        return
    anew = world.client.send("POST", world.collection(row.resource), body=row.sent)
    report.that(anew.status == 201, "D7.unique-free", anew.place, f"a row like the deleted one is refused: {anew}")
