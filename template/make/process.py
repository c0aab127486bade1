# Kept by the platform: docs/ownership.md says what that means.
"""What the servers for development have in common: commands, ports, waiting, and whether Docker is there."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ("docker", "compose", "--project-directory", str(ROOT))
PATIENCE = 60.0


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


def any_free_port() -> int:
    """Asks the kernel for a loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
