"""A service that no template has written: letters, each of somebody, over HTTP and in PostgreSQL."""

from __future__ import annotations

import contextlib
import json
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
from urllib.parse import urlsplit

import psycopg
from callers import ADDRESSES, caller, seal, unseal
from psycopg.rows import dict_row
from rules import accepts, body, broken, identifier, parameters
from wire import WORDS, GoneError, RefusedError, Request, Wire

MOST = 100
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
