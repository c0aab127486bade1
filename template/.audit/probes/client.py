# Kept by the platform: docs/ownership.md says what that means.
"""Sends requests, and remembers every answer for the checks that hold for all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from probes.contract import Contract, Operation

OWNER, STRANGER, READER, NOBODY = "owner", "stranger", "reader", "nobody"
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """One exchange with the service."""

    method: str
    path: str
    identity: str
    sent: bytes
    status: int
    headers: httpx.Headers
    body: bytes
    operation: Operation | None
    seconds: float

    @property
    def place(self) -> str:
        """What was asked for, as findings name it: the operation if there is one."""
        return self.operation.name if self.operation else f"{self.method} {self.path.split('?')[0][:80]}"

    @cached_property
    def json(self) -> Any:
        """The body as JSON; nothing if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def get(self, member: str) -> Any:
        """A member of the body; nothing if the body is no object or has no such member."""
        value = self.json
        return value.get(member) if isinstance(value, dict) else None

    @property
    def header(self) -> Callable[[str], str]:
        """A header by its name in any case, empty if there is none."""
        return lambda name: self.headers.get(name, "")

    @property
    def rows(self) -> list[Any]:
        """The items of a page."""
        found = self.get("data")
        return found if isinstance(found, list) else []

    def places(self) -> set[str]:
        """The pointers and parameters that a problem names."""
        named = self.get("errors")
        violations = [v for v in named if isinstance(v, dict)] if isinstance(named, list) else []
        return {str(v[kind]) for v in violations for kind in ("pointer", "parameter") if kind in v}

    def without_request_id(self) -> bytes:
        """The body without what tells one request from another."""
        return self.body.replace(str(self.get("request_id")).encode(), b"")

    def __str__(self) -> str:
        text = self.body.decode(errors="replace")
        return f"{self.status} {text[:200]}"


@dataclass
class Client:
    """A client of one running service. It may be used by several threads."""

    base_url: str
    contract: Contract
    credentials: Callable[[str], Mapping[str, str]]
    seen: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=40,
            trust_env=False,
            headers={"User-Agent": "audit"},
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=16),
        )
        self._known: dict[str, Headers] = {}

    def identity(self, name: str) -> Headers:
        """The headers by which an identity makes itself known."""
        if name not in self._known:
            self._known[name] = list(self.credentials(name).items())
        return self._known[name]

    def send(
        self,
        method: str,
        path: str,
        identity: str = OWNER,
        *,
        body: Any = None,
        raw: bytes | None = None,
        media_type: str = "",
        headers: Headers | None = None,
    ) -> Answer:
        """Sends one request; `raw` goes out as it is, `body` as JSON."""
        operation = self.contract.match(method, path)
        sent = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        lines = [*self.identity(identity), *(headers or [])]
        named = {name.casefold() for name, _ in lines}
        if sent is not None and "content-type" not in named:
            lines.append(("Content-Type", media_type or (operation and operation.media_type) or "application/json"))
        given = self._http.send(self._http.build_request(method, path, content=sent, headers=on_the_wire(lines)))
        answer = Answer(
            method,
            path,
            identity,
            sent or b"",
            given.status_code,
            given.headers,
            given.content,
            operation,
            given.elapsed.total_seconds(),
        )
        self.seen.append(answer)
        return answer

    def ask(self, operation: Operation, path: str, identity: str = OWNER, **more: Any) -> Answer:
        """Sends the operation, with a body if it takes one and none is given."""
        if operation.body is not None and "body" not in more and "raw" not in more:
            more["body"] = {}
        return self.send(operation.method, path, identity, **more)


def on_the_wire(lines: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as bytes: a value may have characters that no header should."""
    return [(name.encode(), value.encode("latin-1")) for name, value in lines]
