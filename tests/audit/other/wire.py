"""HTTP/1.1 on a socket, strictly: what two servers could read as two things is refused, and everything has an end."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

HEAD, BODY, HEADERS = 16384, 1_000_000, 60  # bytes, bytes, lines
SLOW = 5.0  # seconds for a head, and as many for a body
START = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (?:http://[A-Za-z0-9.:-]+)?(/[!-~]*) HTTP/1\.([01])")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*")
WORDS = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}
WORDS |= {404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout"}
WORDS |= {413: "Content Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests"}
WORDS |= {431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented"}


class RefusedError(Exception):
    """The request is answered with this status."""

    def __init__(self, status: int, detail: str, *errors: dict[str, str], **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class GoneError(Exception):
    """The other side has hung up, or sends nothing more."""


@dataclass
class Request:
    """One request; names of headers are in lower case."""

    method: str
    target: str
    version: int
    headers: dict[str, list[str]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The value of a header, empty if it is not there."""
        return ", ".join(self.headers.get(name, []))

    @property
    def last(self) -> bool:
        """Whether the connection ends after this one."""
        asked = self.header("connection").lower()
        return "close" in asked or (self.version == 0 and "keep-alive" not in asked)


class Wire:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection, self.rest = connection, b""

    def request(self) -> Request:
        """Reads the next request with its body."""
        head = self._until(b"\r\n\r\n", HEAD, time.monotonic() + SLOW)
        request = parse(head)
        deadline = time.monotonic() + SLOW
        length, chunked = size(request)
        if request.header("expect").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = self._chunks(deadline) if chunked else self._exactly(length, deadline)
        return request

    def answer(self, status: int, headers: dict[str, str], body: bytes, *, with_body: bool = True) -> None:
        """Writes an answer."""
        lines = [f"HTTP/1.1 {status} {WORDS[status]}", *(f"{name}: {value}" for name, value in headers.items())]
        if status != 204:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.connection.sendall(head + (body if with_body else b""))

    def drain(self) -> None:
        """Lets the other side read the last answer before the connection ends."""
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            self.connection.settimeout(0.5)
            if not self.connection.recv(65536):
                return

    def _more(self, deadline: float, *, begun: bool = True) -> None:
        self.connection.settimeout(max(deadline - time.monotonic(), 0.01))
        try:
            piece = self.connection.recv(65536)
        except TimeoutError:
            raise (RefusedError(408, "The request does not come to its end.") if begun else GoneError) from None
        if not piece:
            raise GoneError
        self.rest += piece

    def _until(self, mark: bytes, most: int, deadline: float, *, body: bool = False) -> bytes:
        while mark not in self.rest:
            if re.search(rb"(?<!\r)\n", self.rest):
                raise RefusedError(400, "A line ends without CR.")
            if len(self.rest) > most:
                raise RefusedError(431, "The head of the request is too long.")
            self._more(deadline, begun=body or bool(self.rest))
        found, _, self.rest = self.rest.partition(mark)
        if len(found) > most:
            raise RefusedError(431, "The head of the request is too long.")
        return found

    def _exactly(self, length: int, deadline: float) -> bytes:
        while len(self.rest) < length:
            self._more(deadline)
        found, self.rest = self.rest[:length], self.rest[length:]
        return found

    def _chunks(self, deadline: float) -> bytes:
        body = b""
        while True:
            line = self._until(b"\r\n", 100, deadline, body=True)
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
                raise RefusedError(400, "A chunk has no length.")
            length = int(line, 16)
            if len(body) + length > BODY:
                raise RefusedError(413, "The body is too long.")
            body += self._exactly(length, deadline)
            if self._exactly(2, deadline) != b"\r\n":
                raise RefusedError(400, "A chunk or the trailer is malformed.")
            if length == 0:
                return body


def parse(head: bytes) -> Request:
    """Reads the first line and the headers."""
    first, *lines = head.split(b"\r\n")
    match = START.fullmatch(first)
    if not match:
        raise RefusedError(400, "The request line is malformed.")
    if len(lines) > HEADERS:
        raise RefusedError(431, "There are too many headers.")
    headers: dict[str, list[str]] = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if not field:
            raise RefusedError(400, "A header is malformed.")
        headers.setdefault(field[1].decode().lower(), []).append(field[2].decode("latin-1"))
    request = Request(match[1].decode(), match[2].decode(), int(match[3]), headers)
    hosts = headers.get("host", [])
    if len(hosts) > 1 or (not hosts and request.version == 1):
        raise RefusedError(400, "There must be one Host.")
    if hosts and not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]*", hosts[0]):
        raise RefusedError(400, "The Host is malformed.")
    return request


def size(request: Request) -> tuple[int, bool]:
    """How long the body is, or that it comes in chunks."""
    lengths, codings = request.headers.get("content-length", []), request.headers.get("transfer-encoding", [])
    if codings:
        if lengths or request.version == 0 or [coding.lower() for coding in codings] != ["chunked"]:
            raise RefusedError(400, "The length of the body is not clear.")
        return 0, True
    if len(lengths) > 1 or not re.fullmatch("[0-9]{1,18}", lengths[0] if lengths else "0"):
        raise RefusedError(400, "The length of the body is not clear.")
    length = int(lengths[0]) if lengths else 0
    if length > BODY:
        raise RefusedError(413, "The body is too long.")
    return length, False
