"""A service that no template has written: letters, each of somebody, over HTTP and in PostgreSQL."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import math
import os
import re
import secrets
import socketserver
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg.rows import dict_row
from wire import WORDS, GoneError, RefusedError, Request, Wire

SECRET = os.environ["SECRET"].encode()
MOST = 100
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATEMENTS = dict(
    re.findall(r"-- name: (\w+)\n(.*?;)", Path(__file__).with_name("queries.sql").read_text("utf-8"), re.DOTALL)
)
Row = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]
local = threading.local()


def query(name: str, **values: Any) -> list[Row]:
    """Sends one of the statements in queries.sql."""
    if not getattr(local, "connection", None) or local.connection.closed:
        local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, row_factory=dict_row)
    statement = re.sub(r"\$(\w+)", r"%(\1)s", STATEMENTS[name])
    found = local.connection.execute(statement.encode(), values)
    return list(found.fetchall()) if found.description else []


def sign(text: bytes) -> str:
    """What nobody else can make of a text."""
    return hmac.new(SECRET, text, hashlib.sha256).hexdigest()


def seal(value: Any) -> str:
    """A value as a text that nobody can alter."""
    text = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    return f"{text.decode()}.{sign(text)}"


def unseal(text: str) -> Any:
    """The value, or None if somebody has altered it."""
    sealed, _, signature = text.partition(".")
    if not hmac.compare_digest(
        sign(sealed.encode("latin-1", "replace")).encode(), signature.encode("utf-8", "replace")
    ):
        return None
    return json.loads(base64.urlsafe_b64decode(sealed + "=="))


class Limit:
    """So many requests in so many seconds, for each name."""

    def __init__(self, kind: str, told: str) -> None:
        quota, _, window = told.partition("/")
        self.kind, self.quota = kind, int(quota)
        self.window = int(window[:-1]) * {"s": 1, "m": 60, "h": 3600}[window[-1]]
        self.spent: dict[str, tuple[float, int]] = {}
        self.turn = threading.Lock()

    def left(self, name: str) -> dict[str, str]:
        """Says what is left, and takes none."""
        until, spent = self.spent.get(name, (0.0, 0))
        now = time.monotonic()
        return self.told(self.quota - spent if now < until else self.quota, max(math.ceil(until - now), 1))

    def told(self, left: int, wait: int) -> dict[str, str]:
        """The two headers."""
        policy = f'"{self.kind}";q={self.quota};w={self.window}'
        return {"RateLimit-Policy": policy, "RateLimit": f'"{self.kind}";r={max(left, 0)};t={wait}'}

    def take(self, name: str) -> dict[str, str]:
        """Takes one, and says what is left; refuses if there is none."""
        with self.turn:
            now = time.monotonic()
            until, spent = self.spent.get(name, (0.0, 0))
            if now >= until:
                until, spent = now + self.window, 0
            left, wait = self.quota - spent, max(math.ceil(until - now), 1)
            if left > 0:
                self.spent[name] = (until, spent + 1)
        told = self.told(left - 1, wait)
        if left <= 0:
            refused = RefusedError(429, "That was too often.", Retry_After=str(wait))
            refused.headers |= told
            raise refused
        return told


CALLERS = Limit("caller", os.environ.get("RATE_LIMIT_CALLER", "600/1m"))
ADDRESSES = Limit("address", os.environ.get("RATE_LIMIT_ADDRESS", "300/1m"))


def caller(request: Request, address: str, told: dict[str, str]) -> tuple[str, list[str]]:
    """Who asks, and what they may do."""
    kind, _, token = request.header("authorization").partition(" ")
    claims = unseal(token) if kind.lower() == "bearer" and "," not in token else None
    if not claims or claims["until"] < time.time():
        told |= ADDRESSES.take(address)
        raise RefusedError(401, "The credential is missing or not valid.", WWW_Authenticate="Bearer")
    told |= CALLERS.take(claims["subject"])
    return claims["subject"], claims["scopes"]


def body(request: Request) -> Row:
    """The body, which has to keep the contract."""
    if re.sub(r"\s", "", request.header("content-type")).lower() not in (
        "application/json",
        "application/json;charset=utf-8",
    ) or request.header("content-encoding"):
        raise RefusedError(415, "The body must be application/json.")

    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> Row:
        names = [name for name, _ in pairs]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    def never(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        found = json.loads(request.body.decode("utf-8"), object_pairs_hook=unique, parse_constant=never)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise RefusedError(400, "The body is not one JSON value.", error("", "json", "Must be JSON.")) from None
    if not isinstance(found, dict):
        raise RefusedError(400, "The body breaks a rule.", error("", "type", "Must be an object."))
    if twice:
        told = error(f"/{twice[0]}", "duplicate", "Is there twice.")
        raise RefusedError(400, "A member is there twice.", told)
    subject, pages = found.get("subject"), found.get("pages")
    wrong = [error(f"/{name}", "unknown", "Is not known.") for name in found if name not in ("subject", "pages")]
    wrong += [error(f"/{name}", "required", "Must be there.") for name in ("subject", "pages") if name not in found]
    if "subject" in found and not (isinstance(subject, str) and 1 <= len(subject) <= 100 and "\0" not in subject):
        wrong.append(error("/subject", "text", "Must be a text of 1 to 100 characters, without NUL."))
    if "pages" in found and not (isinstance(pages, int) and not isinstance(pages, bool) and 1 <= pages <= 1000):
        wrong.append(error("/pages", "number", "Must be an integer from 1 to 1000."))
    if wrong:
        raise RefusedError(400, "The body breaks a rule.", *wrong)
    return found


def error(pointer: str, code: str, message: str) -> dict[str, str]:
    """One broken rule."""
    return {"pointer": pointer, "code": code, "message": message}


def broken(parameter: str, code: str = "format") -> RefusedError:
    """A parameter breaks its rule."""
    told = {"parameter": parameter, "code": code, "message": "Breaks the contract."}
    return RefusedError(400, "A parameter breaks the contract.", told)


def parameters(request: Request, *known: str) -> dict[str, str]:
    """The query, in which each name is known and there once."""
    found: dict[str, str] = {}
    text = urlsplit(request.target).query
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise broken("query")
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name not in known or name in found:
            raise broken(name, "unknown" if name not in known else "twice")
        found[name] = value
    return found


def shown(row: Row) -> Row:
    """A row as callers see it."""
    moments = {name: row[name].isoformat() for name in ("created_at", "updated_at")}
    return {"id": str(row["id"]), "subject": row["subject"], "pages": row["pages"], **moments}


def tag(row: Row) -> str:
    """The entity tag of a row."""
    return f'"{int(row["updated_at"].timestamp() * 1_000_000)}"'


def new_id() -> str:
    """A UUID of version 7: later ones sort after earlier ones."""
    moment = time.time_ns()
    head = (moment // 1_000_000 << 16) | 0x7000 | (moment % 1_000_000 * 4096 // 1_000_000)
    return str(uuid.UUID(int=(head << 64) | (2 << 62) | secrets.randbits(62)))


def create(request: Request, who: str, _: str) -> Answer:
    """POST /v1/letters."""
    parameters(request)
    given = body(request)
    row = query("create", id=new_id(), owner=who, **given)[0]
    return 201, {"Location": f"/v1/letters/{row['id']}", "ETag": tag(row)}, shown(row)


def listed(request: Request, who: str, _: str) -> Answer:
    """GET /v1/letters."""
    given = parameters(request, "limit", "cursor")
    if not re.fullmatch("[1-9][0-9]{0,2}", given.get("limit", "20")) or int(given.get("limit", "20")) > MOST:
        raise broken("limit")
    limit, before = int(given.get("limit", "20")), "ffffffff-ffff-ffff-ffff-ffffffffffff"
    if "cursor" in given:
        found = unseal(given["cursor"])
        if not isinstance(found, list) or found[0] != who:
            raise broken("cursor", "cursor")
        before = found[1]
    rows = query("listed", owner=who, before=before, most=limit + 1)
    more = len(rows) > limit
    cursor = seal([who, str(rows[limit - 1]["id"])]) if more else None
    return 200, {}, {"data": [shown(row) for row in rows[:limit]], "next_cursor": cursor}


def read(request: Request, who: str, key: str) -> Answer:
    """GET /v1/letters/{letter_id}."""
    parameters(request)
    rows = query("read", id=identifier(key), owner=who)
    if not rows:
        raise RefusedError(404, "There is no such thing.")
    return 200, {"ETag": tag(rows[0])}, shown(rows[0])


def delete(request: Request, who: str, key: str) -> Answer:
    """DELETE /v1/letters/{letter_id}."""
    parameters(request)
    if not query("delete", id=identifier(key), owner=who):
        raise RefusedError(404, "There is no such thing.")
    return 204, {}, None


def identifier(key: str) -> str:
    """An id that is one."""
    if not ID.fullmatch(key):
        raise broken("letter_id")
    return key


Operations = dict[str, tuple[Callable[[Request, str, str], Answer], str]]
READ, WRITE = "letters:read", "letters:write"
ROUTES: dict[re.Pattern[str], Operations] = {
    re.compile("/v1/letters()"): {"GET": (listed, READ), "POST": (create, WRITE)},
    re.compile("/v1/letters/([^/]+)"): {"GET": (read, READ), "DELETE": (delete, WRITE)},
}


def serve(request: Request, address: str, told: dict[str, str]) -> Answer:
    """What a request comes to."""
    path = urlsplit(request.target).path
    method = "GET" if request.method == "HEAD" else request.method
    for shape, operations in ROUTES.items():
        if match := shape.fullmatch(path):
            if method not in operations:
                told |= ADDRESSES.take(address)
                raise RefusedError(405, "There is no such method here.", Allow=", ".join(allowed(operations)))
            do, scope = operations[method]
            who, scopes = caller(request, address, told)
            if scope not in scopes:
                raise RefusedError(403, "The credential does not allow it.")
            if not accepts(request.header("accept")):
                raise RefusedError(406, "There is application/json and nothing else.")
            return do(request, who, match[1])
    told |= ADDRESSES.take(address)
    raise RefusedError(404, "There is no such thing.")


def allowed(operations: Operations) -> list[str]:
    """The methods of a path."""
    return [*operations, *(["HEAD"] if "GET" in operations else [])]


def accepts(text: str) -> bool:
    """Whether JSON will do."""
    ranges = [part.replace(" ", "").lower().split(";") for part in text.split(",") if part.strip()]
    fit = [r for r in ranges if r[0] in ("*/*", "application/*", "application/json")]
    fit.sort(key=lambda r: ("*/*", "application/*", "application/json").index(r[0]))
    return not ranges or bool(fit and not re.fullmatch(r"q=0(\.0*)?", fit[-1][-1]))


class Handler(socketserver.BaseRequestHandler):
    """One connection after another, each in a thread."""

    def handle(self) -> None:
        """Answers until somebody hangs up."""
        wire = Wire(self.request)
        with contextlib.suppress(OSError, GoneError):
            while self.once(wire):
                pass
            wire.drain()

    def once(self, wire: Wire) -> bool:
        """Answers one request; says whether another may come."""
        told: dict[str, str] = {}
        request, key = None, secrets.token_hex(16)
        try:
            request = wire.request()
            status, headers, value = serve(request, self.client_address[0], told)
            kind = "application/json"
        except RefusedError as refused:
            status, headers, kind = refused.status, refused.headers, "application/problem+json"
            value, told = problem(refused, key), told or ADDRESSES.left(self.client_address[0])
        except psycopg.Error:
            status, headers, kind = 500, {}, "application/problem+json"
            value = problem(RefusedError(500, "Something went wrong."), key)
        last = request is None or request.last
        common = {"X-Request-Id": key, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        common |= {"Content-Type": kind} if status != 204 else {}
        common |= {"Connection": "close"} if last else {}
        text = json.dumps(value).encode() if status != 204 else b""
        with_body = request is None or request.method != "HEAD"
        wire.answer(status, {**common, **told, **headers}, text, with_body=with_body)
        return not last


def problem(refused: RefusedError, key: str) -> Row:
    """RFC 9457."""
    title = WORDS[refused.status]
    found: Row = {"type": "about:blank", "title": title, "status": refused.status, "detail": refused.detail}
    found |= {"code": title.lower().replace(" ", "_"), "request_id": key}
    return found | ({"errors": list(refused.errors)} if refused.errors else {})


class Server(socketserver.ThreadingTCPServer):
    """Listens on this machine."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    with Server(("127.0.0.1", int(os.environ["PORT"])), Handler) as server:
        server.serve_forever()
