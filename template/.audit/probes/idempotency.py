# Kept by the platform: docs/ownership.md says what that means.
"""A POST sent again under its Idempotency-Key has its effect once (draft-ietf-httpapi-idempotency-key-header)."""

from __future__ import annotations

from uuid import uuid4

from probes.burst import count, text, together
from probes.client import OWNER, STRANGER, Answer
from probes.contract import Resource
from probes.report import Report
from probes.world import World

KEY = "Idempotency-Key"
MANY = 8


def run(world: World, report: Report, resource: Resource) -> None:
    """Probes one way of making rows, if its contract has the header."""
    create = resource.must("create")
    if create.parameter("header", KEY) is None:
        return
    replay(world, report, resource)
    refusals(world, report, resource)
    callers(world, report, resource)
    race(world, report, resource)


def _post(world: World, resource: Resource, body: object, key: str, identity: str = OWNER) -> Answer:
    return world.client.send("POST", world.collection(resource, identity), identity, body=body, headers=[(KEY, key)])


def replay(world: World, report: Report, resource: Resource) -> None:
    """The same request again: the same answer, no second row. Another one under the key: 422."""
    body, key = world.body(resource), str(uuid4())
    first = _post(world, resource, body, key)
    before = count(world, resource)
    again = _post(world, resource, body, key)
    same = [
        (a.status, a.body, a.header("Location"), a.header("ETag"), a.header("Content-Type")) for a in (first, again)
    ]
    report.that(
        first.status == 201 and same[0] == same[1],
        "A2.replay",
        first.place,
        f"sent again under its key the answer is {again}, and was {first.status}",
    )
    after = count(world, resource)
    report.that(
        before == after,
        "A2.replay",
        first.place,
        f"sent again under its key it makes {(after or 0) - (before or 0)} more rows",
    )
    other = _post(world, resource, world.body(resource), key)
    report.that(
        other.status == 422,
        "A2.key-reused",
        other.place,
        f"another body under a used key is answered with {other.status}, not 422",
    )


def refusals(world: World, report: Report, resource: Resource) -> None:
    """What was refused had no effect and uses up no key; a key that is none is refused."""
    key = str(uuid4())
    _post(world, resource, {"no_such_member": 1}, key)
    now = _post(world, resource, world.body(resource), key)
    report.that(now.status == 201, "A2.key-kept", now.place, f"after a refusal the key is used up: {now}")
    for bad in ("", "k" * 256, "caf\u00e9"):
        answer = world.client.send("POST", world.collection(resource), body=world.body(resource), headers=[(KEY, bad)])
        if report.that(
            answer.status == 400,
            "A2.key-malformed",
            answer.place,
            f"a key of {len(bad)} characters like {bad[:6]!r} is answered with {answer.status}, not 400",
        ):
            report.that(
                KEY in answer.places(), "A4.pointer", answer.place, f"the problem names {sorted(answer.places())}"
            )
    twice = world.client.send(
        "POST", world.collection(resource), body=world.body(resource), headers=[(KEY, "a"), (KEY, "b")]
    )
    report.that(
        twice.status == 400, "A2.key-malformed", twice.place, f"two keys are answered with {twice.status}, not 400"
    )


def callers(world: World, report: Report, resource: Resource) -> None:
    """A key belongs to the caller who sent it: nobody gets the answer of somebody else."""
    if world.client.identity(OWNER) == world.client.identity(STRANGER):
        report.none("A7.key-of-another", "nobody says who they are")
        return
    key, body = str(uuid4()), world.body(resource)
    mine = _post(world, resource, body, key)
    theirs = _post(world, resource, world.body(resource, STRANGER), key, STRANGER)
    report.that(
        theirs.status == 201 and theirs.get("id") != mine.get("id"),
        "A7.key-of-another",
        mine.place,
        f"another caller under the same key is answered with {theirs}",
    )


def race(world: World, report: Report, resource: Resource) -> None:
    """Many at once under one key make one row; the others are told to wait, or get the same answer."""
    body, key = world.body(resource), str(uuid4())
    before = count(world, resource)
    answers = together(world, resource, "POST", world.collection(resource), text(body), [(KEY, key)], MANY)
    statuses = sorted(status for status, _ in answers)
    made = {answer.get("id") for status, answer in answers if status == 201}
    thing = f"POST {resource.path}"
    report.that(
        len(made) == 1 and set(statuses) <= {201, 409},
        "A2.key-race",
        thing,
        f"{MANY} at once are answered with {statuses} and {len(made)} rows",
    )
    done = [answer for status, answer in answers if status == 409 and isinstance(answer, dict) and answer.get("errors")]
    report.that(not done, "A2.key-race", thing, f"{len(done)} of {MANY} at once got as far as a conflict: {done[:1]}")
    after = count(world, resource)
    report.that(
        before is None or after == before + 1,
        "A2.key-race",
        thing,
        f"{MANY} at once make {(after or 0) - (before or 0)} rows",
    )
    replayed = _post(world, resource, body, key)
    report.that(
        replayed.status == 201 and {replayed.get("id")} == made,
        "A2.key-race",
        thing,
        f"afterwards the answer is {replayed}",
    )
