# Kept by the platform: docs/ownership.md says what that means.
"""What the servers for development have in common: which one is meant, compose, locks, ports and waiting."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ("docker", "compose", "--project-directory", str(ROOT))
PATIENCE = 60.0
PORTS = range(20_000, 32_000)  # below those from which systems call out
LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=([^\r\0]*)")  # of .env, as make/environment.sh reads it


def read_settings() -> None:
    """Takes the lines of .env where the environment has nothing: it comes first, and of two lines the first."""
    file = ROOT / ".env"
    text = file.read_bytes().decode(errors="surrogateescape") if file.is_file() else ""
    for line in text.split("\n"):
        if match := LINE.match(line):
            os.environ.setdefault(match[1], match[2])


read_settings()  # before those who import this look at the environment


def run(*command: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
    """Runs a command; one that is missing or hangs counts as a failure."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def engine_answers() -> bool:
    """Tells whether a Docker engine answers and compose is there; the client alone is not enough."""
    questions = (("docker", "version", "--format", "{{.Server.Version}}"), ("docker", "compose", "version"))
    return all(run(*command).returncode == 0 for command in questions)


def wanted(given: str, choice: str) -> str:
    """Says which server the environment means, by the names of two variables: given, compose or embedded."""
    if os.environ.get(given):
        return "given"
    chosen = os.environ.get(choice, "")
    if chosen not in ("", "compose", "embedded"):
        sys.exit(f"{choice} is {chosen!r}: set it to compose or embedded, or leave it out.")
    return chosen or ("compose" if engine_answers() else "embedded")


def compose_runs(name: str) -> bool:
    """Tells whether a container of compose runs."""
    return bool(run(*COMPOSE, "ps", "--quiet", "--status", "running", name).stdout.strip())


def compose(name: str, port: int, title: str, choice: str) -> str:
    """Starts a server of compose, waits until it answers, and returns its host and port."""
    if not compose_runs(name):
        print(f"Starting {title} with docker compose, for development and tests only.", file=sys.stderr)
    done = run(*COMPOSE, "up", "--detach", "--wait", name, timeout=600)
    found = run(*COMPOSE, "port", name, str(port)) if done.returncode == 0 else done
    if found.returncode:
        reason = (found.stderr.strip().splitlines() or ["no reason given"])[-1]
        sys.exit(f"docker compose did not start {title} ({reason}); {choice}=embedded does without it.")
    return found.stdout.strip()


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Waits until no other process starts or stops the server of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_alive(folder: Path) -> bool:
    """Tells whether a process of the server lives: they hold a lock that the kernel frees with the last of them.

    A process id would not do: another process may have it by now, and a copied folder has a copied id.
    """
    with contextlib.suppress(FileNotFoundError), (folder / "alive").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def next_port(folder: Path) -> int:
    """Returns the port that the server of a folder had the last time if it is free, else remembers a new one."""
    memory = folder / "port"
    port = int(memory.read_text()) if memory.exists() else 0
    if not port or not is_free(port):
        port = any_free_port()
        memory.write_text(str(port))
    return port


def until(condition: Callable[[], bool]) -> bool:
    """Waits until the condition holds; tells whether it did in time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_free(port: int) -> bool:
    """Tells whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def any_free_port(but: int = 0) -> int:
    """Returns a loopback port that is free, and that no connection gets before a server listens there."""
    return next(port for port in random.sample(PORTS, len(PORTS)) if port != but and is_free(port))
