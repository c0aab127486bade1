"""Starts a server under measurement, waits until it is ready, and reads what it takes."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workspace import BenchError

PATIENCE = 20.0
FIRST_PORT, LAST_PORT = 20_000, 32_000


def free_port(first: int) -> int:
    """The first port of the loopback interface that nobody listens on."""
    for port in range(first, LAST_PORT):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise BenchError("There is no free port.")


@dataclass(frozen=True, slots=True)
class Program:
    """How to start a server."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path  # of its log
    has_admin: bool = False  # it says on a port of its own whether it is ready

    @contextmanager
    def running(self) -> Iterator[Server]:
        """The server, ready; it ends with the block."""
        first = free_port(FIRST_PORT)
        public, admin = f"127.0.0.1:{first}", f"127.0.0.1:{free_port(first + 1)}"
        environment = {**self.environment, "LISTEN": public, "ADMIN_LISTEN": admin, "RATE_LIMIT_CALLER": "10000/1s"}
        with (self.folder / f"{self.name}.log").open("wb") as log:
            started = time.perf_counter()
            process = subprocess.Popen(self.command, env=environment, stdout=log, stderr=log, cwd=self.folder)
        try:
            _wait(process, f"http://{admin if self.has_admin else public}/readyz", Path(log.name))
            yield Server(self.name, public, admin, process.pid, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    name: str
    address: str
    admin: str
    pid: int
    seconds_to_ready: float

    def memory(self) -> float:
        """Its resident memory in megabytes (of a million bytes)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        if found is None:
            raise BenchError(f"The {self.name} has ended.")
        return int(found[1]) * 1024 / 1e6

    def allocations(self) -> int:
        """How many objects it has allocated since it began, as its profile says."""
        with urllib.request.urlopen(f"http://{self.admin}/debug/pprof/heap?debug=1", timeout=PATIENCE) as answer:
            found = re.search(rb"^# Mallocs = (\d+)$", answer.read(), re.MULTILINE)
        if found is None:
            raise BenchError(f"The profile of the {self.name} does not say how much was allocated.")
        return int(found[1])

    def get(self, path: str, token: str) -> bytes:
        """The body of an answer."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        request = urllib.request.Request(f"http://{self.address}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                body: bytes = answer.read()
        except urllib.error.HTTPError as error:
            raise BenchError(f"The {self.name} answers {error.code} to GET {path}: {error.read()!r}") from error
        return body


def _wait(process: subprocess.Popen[bytes], probe: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(probe, timeout=1):
                return
        except OSError:
            time.sleep(0.002)
    raise BenchError(f"{probe} does not become ready:\n{log.read_text(errors='replace')[-2000:]}")
