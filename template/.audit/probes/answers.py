# Kept by the platform: docs/ownership.md says what that means.
"""What holds for every answer, whatever was asked: it is documented, a problem looks like one, and nothing leaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from probes.client import Answer
from probes.contract import Contract, pointer
from probes.report import Report

LEAKS = {
    "a stack": re.compile(
        rb"goroutine \d+|\.go:\d+|\bat [\w.$/<>]+ ?\([^)]*:\d+|Traceback \(most recent|"
        rb"File \"[^\"]+\", line \d+|node_modules|panic:"
    ),
    "a query": re.compile(
        rb"(?i)\b(select .{1,80} from|insert into|delete from|update \w+ set)\b|\bSQLSTATE\b|syntax error at or near"
    ),
    "a driver": re.compile(
        rb"(?i)\b(pgx|pgconn|psycopg|sqlalchemy|asyncpg|pq:|node-postgres|duplicate key value|"
        rb"violates \w+[- ]\w* ?constraint|ECONNREFUSED|gorm|ogen|jsontext|pydantic|ajv)\b"
    ),
    "a path": re.compile(rb"/(home|root|usr|app|work|tmp|var)/[\w./-]+"),
    "an address": re.compile(rb"postgres(ql)?://|redis://|\b10\.\d+\.\d+\.\d+\b"),
    "a secret": re.compile(rb"(?i)\"(password|secret|pepper|hash|owner|deleted_at)\" ?:"),
}
SLOW = 8.0  # seconds; a machine that is busy is no finding, a statement that waits for a timeout is
BANNERS = ("Server", "X-Powered-By", "X-AspNet-Version", "Via", "X-Runtime")
MEMBERS = ("type", "title", "status", "detail", "code", "request_id")


class Documents:
    """The schemas of the contract, compiled when they are first needed."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        document = DRAFT202012.create_resource(contract.document)
        self.registry: Registry[Any] = Registry().with_resource("urn:contract", document)
        self.known: dict[int, Draft202012Validator] = {}

    def wrong(self, schema: Any, value: Any) -> str:
        """In what way a value departs from a schema; nothing if it does not."""
        if id(schema) not in self.known:
            self.known[id(schema)] = Draft202012Validator(absolute(schema), registry=self.registry)
        error = next(iter(self.known[id(schema)].iter_errors(value)), None)
        return "" if error is None else f"{pointer(*error.absolute_path)}: {error.message[:200]}"


def absolute(schema: Any) -> Any:
    """A schema whose references begin at the contract."""
    if isinstance(schema, dict):
        return {
            n: f"urn:contract{v}" if n == "$ref" and str(v).startswith("#") else absolute(v) for n, v in schema.items()
        }
    return [absolute(item) for item in schema] if isinstance(schema, list) else schema


def run(contract: Contract, answers: list[Answer], report: Report, secrets: list[str]) -> None:
    """Looks at each answer once."""
    documents = Documents(contract)
    looks: list[Callable[[Report, Answer], None]] = [server_errors, problems, headers, leaks]
    for answer in answers:
        for look in looks:
            look(report, answer)
        documented(report, documents, answer)
        echoes(report, answer, secrets)
        report.that(answer.seconds < SLOW, "A3.slow", answer.place, f"{answer.seconds:.1f} s")


def server_errors(report: Report, answer: Answer) -> None:
    """Nothing that a caller sends is the service's mistake."""
    report.that(
        answer.status < 500 or answer.status == 501,
        "A3.server-error",
        answer.place,
        f"{answer} for {answer.sent[:120]!r} at {answer.path[:120]}",
    )


def problems(report: Report, answer: Answer) -> None:
    """From 400 on it is a problem document (RFC 9457) that repeats status and request ID, and says what is wrong."""
    if answer.status < 400 or answer.method == "HEAD":
        return
    kind = answer.header("Content-Type")
    report.that(
        kind == "application/problem+json", "A4.problem", answer.place, f"a {answer.status} has the media type {kind!r}"
    )
    missing = [name for name in MEMBERS if not answer.get(name)]
    if not report.that(not missing, "A4.problem", answer.place, f"a {answer.status} lacks {', '.join(missing)}"):
        return
    report.that(
        answer.get("status") == answer.status,
        "A4.problem",
        answer.place,
        f"a {answer.status} says that it is a {answer.get('status')}",
    )
    report.that(
        answer.get("request_id") == answer.header("X-Request-Id"),
        "A4.request-id",
        answer.place,
        "request_id and X-Request-Id differ",
    )
    errors = answer.get("errors") or []
    whole = isinstance(errors, list) and all(
        isinstance(e, dict) and e.get("code") and e.get("message") and ({"pointer", "parameter"} & e.keys())
        for e in errors
    )
    report.that(whole, "A4.problem", answer.place, f"errors that do not say where, which rule and what: {errors}")


def headers(report: Report, answer: Answer) -> None:
    """No banner; and what keeps a browser from doing harm with it (OWASP REST Security Cheat Sheet)."""
    for name in BANNERS:
        report.that(name not in answer.headers, "SEC.banner", answer.place, f"{name}: {answer.header(name)}")
    report.that(
        answer.header("X-Content-Type-Options") == "nosniff",
        "SEC.headers",
        answer.place,
        f"X-Content-Type-Options is {answer.header('X-Content-Type-Options')!r}",
    )
    caching = answer.header("Cache-Control")
    report.that(
        "no-store" in caching or "private" in caching, "SEC.headers", answer.place, f"Cache-Control is {caching!r}"
    )
    report.that(
        "Access-Control-Allow-Origin" not in answer.headers, "SEC.cors", answer.place, "every site may read the answer"
    )
    report.that("Set-Cookie" not in answer.headers, "SEC.headers", answer.place, "a cookie is set")
    report.that(bool(answer.header("X-Request-Id")), "A4.request-id", answer.place, "no X-Request-Id")


def leaks(report: Report, answer: Answer) -> None:
    """No stack, query, driver, path or secret; what a caller has sent and gets back as theirs does not count."""
    text = answer.body if answer.status >= 400 else b""
    told = "\n".join(
        f"{name}: {value}" for name, value in answer.headers.items() if name not in ("location", "etag")
    ).encode()
    for what, shape in LEAKS.items():
        found = shape.search(text) or (shape.search(told) if what != "a secret" else None)
        report.that(
            found is None, "SEC.leak", answer.place, f"a {answer.status} shows {what}: {found and found[0][:80]!r}"
        )
    if answer.status < 400 and isinstance(answer.json, dict):
        inner = [
            row
            for row in [answer.json, *answer.rows]
            if isinstance(row, dict) and {"owner", "deleted_at", "hash"} & row.keys()
        ]
        report.that(
            not inner or documented_members(answer, inner),
            "SEC.leak",
            answer.place,
            "a row shows what only the service should know",
        )


def documented_members(answer: Answer, rows: list[dict[str, Any]]) -> bool:
    """Whether the contract has members of these names, so that they are meant to be shown."""
    return answer.operation is not None and all(
        "owner" not in row or "owner" in str(answer.operation.responses) for row in rows
    )


def echoes(report: Report, answer: Answer, secrets: list[str]) -> None:
    """No credential in any answer."""
    everything = answer.body + str(answer.headers.raw).encode()
    report.that(
        not any(secret.encode() in everything for secret in secrets),
        "SEC.leak",
        answer.place,
        "the credential is in the answer",
    )


def documented(report: Report, documents: Documents, answer: Answer) -> None:
    """The contract has the status, and the body fits; `default` counts for problems of the connection alone."""
    if answer.operation is None or answer.method == "HEAD":
        return
    told = answer.operation.responses.get(str(answer.status))
    general = answer.operation.responses.get("default") if answer.status in (405, 408, 431, 501) else None
    if not report.that(
        told is not None or general is not None,
        "A3.undocumented",
        answer.place,
        f"{answer.status} is not in the contract",
    ):
        return
    told = told or general or {}
    content = told.get("content", {})
    kind = answer.header("Content-Type").split(";")[0]
    if not content:
        report.that(
            not answer.body, "A3.body", answer.place, f"a {answer.status} has a body, and the contract has none"
        )
        return
    if report.that(
        kind in content,
        "A3.body",
        answer.place,
        f"a {answer.status} has the media type {kind!r}, which is not in the contract",
    ):
        wrong = documents.wrong(content[kind].get("schema", {}), answer.json)
        report.that(
            not wrong, "A3.body", answer.place, f"the body of a {answer.status} departs from the contract at {wrong}"
        )
    for name, header in told.get("headers", {}).items():
        if documents.contract.resolve(header).get("required"):
            report.that(
                name in answer.headers,
                "A3.header",
                answer.place,
                f"a {answer.status} lacks {name}, which the contract demands",
            )
