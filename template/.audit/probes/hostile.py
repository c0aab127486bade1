# Kept by the platform: docs/ownership.md says what that means.
"""Text that means something to an interpreter is text: kept as it was sent, run by nobody (ASVS 1.2.4, 2.2.1)."""

from __future__ import annotations

from urllib.parse import quote

from probes.burst import count
from probes.contract import Resource
from probes.report import Report
from probes.values import digits
from probes.world import World

TEXTS = (
    "'; drop table {table}; --",
    "' or '1'='1",
    "1; select pg_sleep(5)--",
    "'||(select pg_sleep(5))||'",
    "\\'; --",
    "%' or 1=1 --",
    "$1",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "${jndi:ldap://127.0.0.1/a}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "a\r\nSet-Cookie: b=c",
    "%00%0a%s%n%x",
    "\u202egnp.exe\u200b\u200d\ufeff",
    "e\u0301 \u00e9 \u212b",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U00010348 \u4e2d",
    "  two  spaces at both ends  ",
    '{"$ne": null}',
    "$where",
    "\\u0041\\n\\",
    "=cmd|' /C calc'!A0",
)
IDS = (
    "1",
    "null",
    "-1",
    "0",
    "%27%20or%201=1--",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%FF",
    "a" * 300,
    "%7B%7D",
    "*",
    "%20",
    "{}",
    "019bc0fd-89c1-77ec-bd2e-9ee4f734690g",
)
SLOW = 5.0  # seconds that the statement above sleeps, if it is run


def run(world: World, report: Report, resource: Resource) -> None:
    """Sends them in every text, every id, every filter."""
    texts(world, report, resource)
    if resource.item_path:
        ids(world, report, resource)
    if resource.can("list"):
        queries(world, report, resource)
    operators(world, report, resource)


def free(world: World, resource: Resource) -> dict[str, int]:
    """The members that take any text, and how much of it."""
    create = resource.must("create")
    return {
        name: schema.get("maxLength", 10_000)
        for name, schema in world.contract.members(create.body).items()
        if schema["types"][:1] == ["string"]
        and not {"format", "pattern", "enum"} & schema.keys()
        and schema.get("minLength", 0) <= 1
    }


def texts(world: World, report: Report, resource: Resource) -> None:
    """Stored as it was sent, and shown so."""
    table = world.table(resource).name
    members = free(world, resource)
    if not members:
        report.none("SEC.verbatim", "no member takes free text")
    before, made = count(world, resource), 0
    for template in TEXTS:
        text = template.replace("{table}", table)
        unlike = digits(world.number())
        sent = {name: (text + unlike if len(text) + len(unlike) <= most else None) for name, most in members.items()}
        sent = {name: value for name, value in sent.items() if value is not None}
        if not sent:
            continue
        answer = world.client.send("POST", world.collection(resource), body={**world.body(resource), **sent})
        made += answer.status == 201
        read = (
            world.client.send("GET", f"{world.collection(resource)}/{answer.get('id')}")
            if resource.can("get") and answer.status == 201
            else answer
        )
        kept = all(
            answer.get(name) == value == read.get(name) for name, value in sent.items() if name in (answer.json or {})
        )
        report.that(
            answer.status == 201 and kept,
            "SEC.verbatim",
            answer.place,
            f"{text!r} is not kept as it was sent: {answer.status}",
        )
        report.that(answer.status < 500, "SEC.injection", answer.place, f"{text!r} is answered with {answer.status}")
        report.that(answer.seconds < SLOW, "SEC.injection", answer.place, f"{text!r} takes {answer.seconds:.1f} s")
    after = count(world, resource)
    report.that(
        before is None or (after or 0) >= before + made,
        "SEC.injection",
        f"POST {resource.path}",
        f"{before} rows have become {after}",
    )


def ids(world: World, report: Report, resource: Resource) -> None:
    """An id that is none is refused."""
    for kind in ("get", "patch", "put", "delete"):
        operation = resource.can(kind)
        if operation is None:
            continue
        for key in IDS:
            answer = world.client.ask(operation, f"{world.collection(resource)}/{key}", headers=[("If-Match", "*")])
            report.that(
                answer.status in (400, 404),
                "A4.id",
                operation.name,
                f"the id {key[:40]} is answered with {answer.status}, not 400",
            )
            report.that(
                answer.seconds < SLOW,
                "SEC.injection",
                operation.name,
                f"the id {key[:40]} takes {answer.seconds:.1f} s",
            )


def queries(world: World, report: Report, resource: Resource) -> None:
    """In a filter it is a value that no row has, or one that is refused."""
    listing = resource.must("list")
    path = world.collection(resource)
    for parameter in listing.parameters:
        if parameter.place != "query":
            continue
        for template in TEXTS[:7]:
            page = world.client.send(
                "GET",
                f"{path}?{parameter.name}={quote(template.replace('{table}', world.table(resource).name), safe='')}",
            )
            fine = page.status == 400 or (page.status == 200 and not page.rows)
            report.that(
                fine,
                "SEC.injection",
                f"{listing.name}?{parameter.name}",
                f"{template!r} is answered with {page.status} and {len(page.rows)} rows",
            )
            report.that(
                page.seconds < SLOW,
                "SEC.injection",
                f"{listing.name}?{parameter.name}",
                f"{template!r} takes {page.seconds:.1f} s",
            )


def operators(world: World, report: Report, resource: Resource) -> None:
    """An object where a text belongs is refused (NoSQL injection)."""
    body = world.body(resource)
    for name in free(world, resource):
        for value in ({"$ne": None}, {"$gt": ""}, {"$where": "1"}, ["x"]):
            answer = world.client.send("POST", world.collection(resource), body={**body, name: value})
            report.that(
                answer.status == 400,
                "SEC.injection",
                f"{answer.place} /{name}",
                f"{value} is answered with {answer.status}, not 400",
            )
