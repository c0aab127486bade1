# Kept by the platform: docs/ownership.md says what that means.
"""Every operation, with every kind of credential and none: nobody gets in who may not, and all hear the same words."""

from __future__ import annotations

from typing import Any

from probes.client import NOBODY, OWNER, READER, Answer, Headers
from probes.contract import Operation, Resource
from probes.report import Report
from probes.world import World

SAFE = ("GET", "HEAD", "OPTIONS")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
CHECKS = (
    "A7.no-credential",
    "A7.challenge",
    "A7.wrong-credential",
    "A7.told-apart",
    "A7.scope",
    "A7.scope-first",
    "A7.right-credential",
    "A7.spent-credential",
)


def run(world: World, report: Report) -> None:
    """Probes each operation that asks for a credential."""
    secured = [operation for operation in world.contract.every if operation.secured]
    if not secured:
        for check in CHECKS:
            report.none(check, "no operation asks for a credential")
        return
    for operation in secured:
        path = world.sample(operation)
        told = [refused(world, report, operation, path, what, headers) for what, headers in wrong(world).items()]
        bodies = {answer.without_request_id() for answer in told if answer.status == 401}
        report.that(
            len(bodies) == 1, "A7.told-apart", operation.name, f"wrong credentials are refused in {len(bodies)} ways"
        )
        if "credentials" in operation.marks:
            continue
        scope(world, report, operation)
        right = world.client.ask(operation, path, headers=[("If-Match", "*")])
        report.that(
            right.status not in (401, 403),
            "A7.right-credential",
            operation.name,
            f"the right credential is answered with {right.status}",
        )
    spent(world, report, secured)
    scopes(world, report, [operation for operation in secured if "credentials" not in operation.marks])


def wrong(world: World) -> dict[str, Headers]:
    """Headers that let nobody in."""
    good = dict(world.client.identity(OWNER)).get("Authorization", "")
    scheme, _, secret = good.partition(" ")
    middle = len(secret) // 2
    other = "a" if secret[middle] != "a" else "b"
    return {
        "no credential": [],
        "an empty one": [("Authorization", "")],
        "no secret": [("Authorization", scheme)],
        "no scheme": [("Authorization", secret)],
        "another scheme": [("Authorization", f"Basic {secret}")],
        "a made-up one": [("Authorization", f"{scheme} secret")],
        "a cut one": [("Authorization", good[:-1])],
        "one with more behind it": [("Authorization", good + "x")],
        "one with another character": [("Authorization", f"{scheme} {secret[:middle]}{other}{secret[middle + 1 :]}")],
        "one in capitals": [("Authorization", f"{scheme} {secret.upper()}")],
        "two": [("Authorization", good), ("Authorization", good)],
        "the right one elsewhere": [("X-Api-Key", secret), ("X-Authorization", good), ("Cookie", f"token={secret}")],
        "a name": [("X-User-Id", "owner"), ("X-Forwarded-User", "owner"), ("X-Subject", "owner")],
        "a token that nobody signed": [
            ("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciIsInNjb3BlIjoiKiJ9.")
        ],
        "a list of everything": [("Authorization", f"{scheme} ' or 1=1 --")],
    }


def refused(world: World, report: Report, operation: Operation, path: str, what: str, headers: Headers) -> Answer:
    """401 with a challenge."""
    answer = world.client.ask(operation, path, NOBODY, headers=headers)
    check = "A7.no-credential" if not headers else "A7.wrong-credential"
    report.that(answer.status == 401, check, operation.name, f"{what} is answered with {answer.status}, not 401")
    if answer.status == 401:
        report.that(
            bool(answer.header("WWW-Authenticate")),
            "A7.challenge",
            operation.name,
            "401 without WWW-Authenticate (RFC 9110, 11.6.1)",
        )
    return answer


def scope(world: World, report: Report, operation: Operation) -> None:
    """Who may only read changes nothing, and learns nothing by trying: 403 comes before all else."""
    if operation.method in SAFE or "own" in operation.marks:
        answer = world.client.ask(operation, world.sample(operation), READER)
        report.that(
            answer.status not in (401, 403),
            "A7.right-credential",
            operation.name,
            f"who may read is answered with {answer.status}",
        )
        return
    more: list[dict[str, Any]] = [
        {},
        {"raw": b"{"},
        {"headers": [("Accept", "text/html")]},
        {"headers": [("Content-Type", "text/plain")]},
    ]
    for given in more:
        answer = world.client.ask(operation, world.sample(operation), READER, **given)
        check = "A7.scope-first" if given else "A7.scope"
        report.that(
            answer.status == 403,
            check,
            operation.name,
            f"who may only read is answered with {answer.status}, not 403{' for ' + str(given) if given else ''}",
        )
    odd = world.client.ask(operation, world.sample(operation, key="none"), READER)
    report.that(
        odd.status == 403,
        "A7.scope-first",
        operation.name,
        f"who may only read is answered with {odd.status}, not 403, for an id that is none",
    )


def scopes(world: World, report: Report, secured: list[Operation]) -> None:
    """Each operation asks for its own scopes: of any two, one of the credentials has the first and not the second."""
    known = sorted({scope for operation in secured for scope in operation.scopes})
    for held in halves(known) if world.grant else []:
        headers = list(world.grant(held).items()) if world.grant else []
        for operation in secured:
            answer = world.client.ask(operation, world.sample(operation), NOBODY, headers=[*headers, ("If-Match", "*")])
            lacks = sorted(operation.scopes - set(held))
            told = f"a credential without {', '.join(lacks)}" if lacks else "a credential with what is needed"
            report.that(
                (answer.status == 403) == bool(lacks), "A7.scope", operation.name, f"{told} gets {answer.status}"
            )


def halves(words: list[str]) -> list[list[str]]:
    """Few lists, of which for any two words one has the first and not the second."""
    bits = range(max(1, (len(words) - 1).bit_length()))
    lists = [[word for n, word in enumerate(words) if n >> bit & 1 == side] for bit in bits for side in (0, 1)]
    return [found for found in lists if 0 < len(found) < len(words)]


def spent(world: World, report: Report, secured: list[Operation]) -> None:
    """A credential that has expired or was revoked lets nobody in, if the service has any that can."""
    for identity in ("expired", "revoked"):
        try:
            headers = world.client.identity(identity)
        except KeyError:
            report.none("A7.spent-credential", "no credential expires")
            continue
        for operation in secured:
            answer = world.client.ask(operation, world.sample(operation), NOBODY, headers=headers)
            report.that(
                answer.status == 401,
                "A7.spent-credential",
                operation.name,
                f"one that is {identity} is answered with {answer.status}, not 401",
            )


def overrides(world: World, report: Report, resource: Resource) -> None:
    """A header or a parameter that names another method changes nothing (ASVS 13.4.4)."""
    row = world.create(resource)
    for name in OVERRIDES:
        for method in ("GET", "POST"):
            path = row.path if method == "GET" else world.collection(resource)
            world.client.send(method, path, READER, headers=[(name, "DELETE")], body=None if method == "GET" else {})
            world.client.send(method, path, OWNER, headers=[(name, "DELETE")], body=None if method == "GET" else {})
    for query in ("_method=DELETE", "method=DELETE"):
        world.client.send("GET", f"{row.path}?{query}", OWNER)
    if resource.can("get"):
        there = world.client.send("GET", row.path)
        report.that(
            there.status == 200 and there.json == row.answer.json,
            "A7.override",
            f"GET {resource.item_path}",
            f"a header that names another method has done something: {there}",
        )
