"""A generated service as its developer meets it: written by the real command, driven through make, called over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.support import copier

PATIENCE = 60
PORTS = range(10_000, 20_000)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Client:
    """Calls a running service."""

    base: str
    key: str = ""

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """Send a request; `If_Match` stands for the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            patch = "merge-patch+" if method == "PATCH" else ""
            named["Content-Type"] = f"application/{patch}json"
        if self.key:
            named["Authorization"] = f"Bearer {self.key}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.base + path, data, named, method=method), timeout=PATIENCE) as answer:
                return _reply(answer.status, answer.headers, answer.read())
        except HTTPError as refused:
            return _reply(refused.code, refused.headers, refused.read())


def _reply(status: int, headers: Message, body: bytes) -> Reply:
    return Reply(status, dict(headers.items()), json.loads(body) if body else None)


@dataclass(frozen=True, slots=True)
class Service:
    """A service in a folder.

    Attributes:
        environment: What its commands get beside the environment of this process.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def make(self, *targets: str, timeout: float = 1800) -> str:
        """Run targets; what they print, or an error with the end of it."""
        return self.run("make", *targets, timeout=timeout)

    def run(self, *command: str, timeout: float = 1800) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), text=True, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{' '.join(command)} failed in {self.folder}:\n{done.stdout[-6000:]}")
        return done.stdout

    def watch(self, *command: str) -> int:
        """Run a command that says for itself how it goes; its exit code."""
        return subprocess.run(
            command, cwd=self.folder, env=self._environment(), check=False, stdin=subprocess.DEVNULL
        ).returncode

    def shell(self, script: str) -> str:
        """Run a script with the settings of development and a database that runs."""
        return self.run("bash", "-euo", "pipefail", "-c", f"source make/environment.sh; {script}")

    def key(self) -> str:
        """A new API key that may do everything."""
        return self.make("--silent", "keys").splitlines()[-1]

    @contextmanager
    def running(self) -> Iterator[str]:
        """`make run`, until the block ends; yields the address of the service."""
        public, admin = (f"127.0.0.1:{port}" for port in free_ports(2))
        environment = self._environment() | {"LISTEN": public, "ADMIN_LISTEN": admin}
        log = (self.folder / ".local" / "run.log").open("w+")
        process = subprocess.Popen(
            ["make", "run"], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_ready(process, f"http://{admin}/readyz", Path(log.name))
            yield f"http://{public}"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)
            log.close()

    def clean(self) -> None:
        """Stop its database."""
        self.make("clean")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}
        return kept | {"GOFLAGS": "-trimpath"} | dict(self.environment)


def write(template: Path, folder: Path, *arguments: str) -> Service:
    """Write a service by the real command, without a question."""
    done = copier("copy", "--quiet", "--trust", "--defaults", *arguments, template, folder, cwd=folder.parent)
    if done.returncode:
        raise AssertionError(f"copier failed: {done.stdout}{done.stderr}")
    return Service(folder)


def lend_tools(service: Service, other: Service) -> None:
    """Spare another service the building of the same tools."""
    (other.folder / ".local" / "bin").mkdir(parents=True, exist_ok=True)
    for tool in (service.folder / ".local" / "bin").iterdir():
        if tool.name in ("ogen", "sqlc", "golangci-lint"):
            tool.touch()  # newer than what it was built from, which has only now been written here
            os.link(tool, other.folder / ".local" / "bin" / tool.name)


def audited(service: Service) -> None:
    """Every item of the checklist is met, and no check was left out."""
    report = service.make("audit")
    found = re.search(r"^(\d+) PASS.* of (\d+) items in", report, re.MULTILINE)
    assert found, report
    assert found[1] == found[2], report


def free_ports(count: int) -> list[int]:
    """Ports that are free, and from which no system calls out."""
    free: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            free.append(port)
        if len(free) == count:
            return free
    raise AssertionError("There is no free port.")


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 15 * PATIENCE  # the first start builds everything
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"make run ended: {log.read_text()[-3000:]}")
        try:
            with urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the service is not ready: {log.read_text()[-3000:]}")
