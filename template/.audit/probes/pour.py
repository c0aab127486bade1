# Kept by the platform: docs/ownership.md says what that means.
"""Sends a body that is far too long, and stops as soon as there is an answer."""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from probes.client import Headers

PIECE = b" " * 65536
MOST = 320  # pieces: 20 MiB


def pour(base_url: str, method: str, path: str, headers: Headers, announced: bool) -> int:
    """The status of the answer; 0 if the connection breaks without one."""
    address = urlsplit(base_url)
    head = "".join(f"{name}: {value}\r\n" for name, value in [("Host", address.netloc), *headers])
    try:
        with socket.create_connection((address.hostname or "", address.port or 80), timeout=15) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            piece = PIECE if announced else b"10000\r\n" + PIECE + b"\r\n"
            with suppress(OSError):  # who has answered need not take the rest; the answer is there all the same
                for _ in range(MOST):
                    if select.select([connection], [], [], 0)[0]:
                        break
                    connection.sendall(piece)
            return status(connection)
    except OSError:
        return 0


def status(connection: socket.socket) -> int:
    """The status in the first line that comes."""
    words = connection.recv(4096).split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
