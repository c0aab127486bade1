# Kept by the platform: docs/ownership.md says what that means.
"""Stands between a service and PostgreSQL and notes the statements that pass: what a service really sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict

PIECE = 65536
REQUESTS = {80877103: b"N", 80877104: b"N"}  # for TLS, for GSSAPI: not on this wire


class Wire:
    """The statements that were sent, each once, in the order of their coming."""

    def __init__(self) -> None:
        self.statements: dict[str, None] = {}

    def note(self, statement: bytes) -> None:
        """Notes a statement."""
        self.statements[statement.decode(errors="replace")] = None


@contextmanager
def between(url: str) -> Iterator[tuple[str, Wire]]:
    """Yields an address that leads to the database, and what is sent there."""
    wire = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, url, wire), daemon=True).start()
        yield moved(url, listening.getsockname()[1]), wire
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def moved(url: str, port: int) -> str:
    """The same address at a port of this machine, without TLS."""
    parts = urlsplit(url)
    login, _, _ = parts.netloc.rpartition("@")
    left = [q for q in parts.query.split("&") if q and q.split("=")[0] not in ("sslmode", "host", "hostaddr", "port")]
    place = f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}"
    return urlunsplit((parts.scheme, place, parts.path, "&".join([*left, "sslmode=disable"]), ""))


def dial(url: str) -> socket.socket:
    """Connects to where the address leads: over the network, or through the socket of a folder."""
    told = conninfo_to_dict(url)
    host, port = str(told.get("host") or "127.0.0.1").split(",")[0], str(told.get("port") or "5432").split(",")[0]
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"{host}/.s.PGSQL.{port}")
    return connection


def _accept(listening: socket.socket, url: str, wire: Wire) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = dial(url)
            for pair in ((client, server, wire), (server, client, None)):
                threading.Thread(target=_pass, args=pair, daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, wire: Wire | None) -> None:
    reader = _Reader(wire, source) if wire else None
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(reader.read(piece) if reader else piece)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class _Reader:
    """Takes the messages of a client apart (PostgreSQL docs 54.7)."""

    def __init__(self, wire: Wire, client: socket.socket) -> None:
        self.wire, self.client, self.rest, self.begun = wire, client, b"", False

    def read(self, piece: bytes) -> bytes:
        """Notes what is whole by now; returns what is to be passed on."""
        self.rest += piece
        while not self.begun and len(self.rest) >= 8:
            length, code = int.from_bytes(self.rest[:4], "big"), int.from_bytes(self.rest[4:8], "big")
            if code not in REQUESTS:
                self.begun, self.rest = True, self.rest[length:]
                return piece
            self.client.sendall(REQUESTS[code])
            self.rest = self.rest[length:]
            piece = self.rest
        while len(self.rest) >= 5:
            length = int.from_bytes(self.rest[1:5], "big") + 1
            if len(self.rest) < length:
                break
            kind, body, self.rest = self.rest[:1], self.rest[5:length], self.rest[length:]
            if kind == b"P":
                self.wire.note(body.split(b"\0")[1])
            elif kind == b"Q":
                self.wire.note(body.rstrip(b"\0"))
        return piece
