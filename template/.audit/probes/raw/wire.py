# Kept by the platform: docs/ownership.md says what that means.
"""Sends bytes over a connection of its own, and tells what came back."""

from __future__ import annotations

import re
import select
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

QUIET = 0.25  # seconds without a byte after which a connection counts as kept open
PATIENCE = 8.0
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


@dataclass(frozen=True)
class Reply:
    """All that came back on one connection."""

    text: bytes
    closed: bool
    seconds: float

    @property
    def statuses(self) -> list[int]:
        """The statuses of all answers but those for information only."""
        return [int(found) for found in STATUS.findall(self.text) if not found.startswith(b"1")]


def exchange(base_url: str, pieces: list[bytes], slowly: float = 0, within: float = PATIENCE) -> Reply:
    """Sends the pieces, the last one byte by byte if slowly, until the service closes or falls quiet."""
    address, began = urlsplit(base_url), time.monotonic()
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=within) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got, broken = _send(connection, pieces[:-1] if slowly else pieces)
        if slowly and not broken:
            more, broken = _drip(connection, pieces[-1], slowly, began + within)
            got += more
        rest, closed = _receive(connection, began + within, got)
    return Reply(rest, closed or broken, time.monotonic() - began)


def _send(connection: socket.socket, pieces: list[bytes]) -> tuple[bytes, bool]:
    """Stops as soon as the service answers or goes away. What it said is not read yet."""
    for piece in pieces:
        for start in range(0, len(piece), 65536):
            if start and select.select([connection], [], [], 0)[0]:
                return b"", False
            try:
                connection.sendall(piece[start : start + 65536])
            except OSError:
                return b"", False
    return b"", False


def _drip(connection: socket.socket, piece: bytes, slowly: float, deadline: float) -> tuple[bytes, bool]:
    """One byte after the other, until the service says something or goes away."""
    for byte in range(max(1, len(piece))):
        if select.select([connection], [], [], slowly)[0] or time.monotonic() > deadline:
            return b"", False
        try:
            connection.sendall(piece[byte : byte + 1])
        except OSError:
            return b"", False
    select.select([connection], [], [], max(0.0, deadline - time.monotonic()))
    return b"", False


def _receive(connection: socket.socket, deadline: float, got: bytes) -> tuple[bytes, bool]:
    """Reads until the service closes, or until it has answered and falls quiet."""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([connection], [], [], min(left, QUIET) if STATUS.search(got) else left)[0]:
            return got, False
        try:
            piece = connection.recv(65536)
        except OSError:
            return got, True
        if not piece:
            return got, True
        got += piece
    return got, False
