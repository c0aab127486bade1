# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = ["psycopg[binary]==3.3.9"]
# ///
"""The hooks of `make audit` in Go: up, token, routes, queries. They print for the audit; words for people go to stderr.

The service is the very program that `make build` makes, with ordinary settings, on a database of its own that is
dropped at the end. There is no switch for audits in it, so none can be left on.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
from psycopg import sql

from identities import headers
from service import SERVICE

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".local" / "bin" / SERVICE
ADMIN, OWNER, CLIENT = "TEST_DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_URL"
DATABASE = "AUDIT_DATABASE"  # set for an instance that joins one that runs
ADDRESS = "AUDIT_BASE_URL"  # where the first one answers; identities.py may sign in there
PATIENCE = 15.0  # seconds from the start until it is ready


def setting(name: str) -> str:
    """Returns a variable; stops with a sentence where it is missing."""
    value = os.environ.get(name, "")
    if not value:
        sys.exit(f"{name} is not set: `make audit` sets it, or set it to a server where databases may be created.")
    return value


def at(url: str, database: str) -> str:
    """Returns the address with another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def environ(database: str) -> dict[str, str]:
    """The environment of the service on that database. An address that was given for this instance alone stays."""
    given = os.environ.get("AUDIT_DATABASE_URL")
    urls = {OWNER: at(setting(OWNER), database), CLIENT: given or at(setting(CLIENT), database)}
    return {**os.environ, **urls, "LOG_LEVEL": os.environ.get("LOG_LEVEL", "error")}


def service(database: str, *words: str) -> str:
    """Runs a command of the service to its end and returns what it prints."""
    done = subprocess.run([PROGRAM, *words], env=environ(database), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{SERVICE} {' '.join(words)}: {' '.join(done.stderr.split())}")
    return done.stdout.strip()


@contextmanager
def database(name: str) -> Iterator[str]:
    """A database with nothing but the roles of the service, dropped at the end; yields its address."""
    owner = urlsplit(setting(OWNER)).username or ""
    address = at(setting(ADMIN), name)
    try:
        with psycopg.connect(setting(ADMIN), autocommit=True, connect_timeout=5) as admin:
            admin.execute(
                sql.SQL("create database {} owner {} template template0").format(
                    sql.Identifier(name), sql.Identifier(owner)
                )
            )
        with psycopg.connect(address, autocommit=True) as inside:
            inside.execute((ROOT / "db" / "roles.sql").read_bytes())
    except psycopg.Error as error:
        sys.exit(f"A database for the audit could not be made: {' '.join(str(error).split())}")
    try:
        yield address
    finally:
        with psycopg.connect(setting(ADMIN), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def up() -> None:
    """Starts the service, says so in one line, and waits for the order to stop."""
    for order in (signal.SIGTERM, signal.SIGINT):
        signal.signal(order, lambda *_: sys.exit(0))
    if not PROGRAM.is_file():
        sys.exit("The service is not built: `make build` builds it.")
    if joined := os.environ.get(DATABASE):
        serve(joined, {})
        return
    name = f"audit_{secrets.token_hex(4)}"
    with database(name) as address, database(f"{name}_empty"):
        service(name, "migrate", "up")
        migrate = {step: f"{PROGRAM} migrate {step}" for step in ("up", "down")}
        owner = at(setting(OWNER), f"{name}_empty")
        told: dict[str, object] = {
            "database_url": address,
            "service_url": at(setting(CLIENT), name),
            "empty": {"database_url": owner, "environment": {OWNER: owner}, **migrate},
        }
        serve(name, told)


def serve(name: str, told: dict[str, object]) -> None:
    """Serves on free ports of this machine until it is told to stop."""
    public, admin = free_port(), free_port()
    listen = {"LISTEN": f"127.0.0.1:{public}", "ADMIN_LISTEN": f"127.0.0.1:{admin}"}
    running = subprocess.Popen([PROGRAM, "serve"], env={**environ(name), **listen}, stdout=sys.stderr)
    try:
        wait(running, f"http://127.0.0.1:{admin}/readyz")
        urls = {"base_url": f"http://127.0.0.1:{public}", "admin_url": f"http://127.0.0.1:{admin}"}
        joining = {DATABASE: name, ADDRESS: urls["base_url"]}
        print(json.dumps({**urls, "environment": joining, **told}), flush=True)
        running.wait()
        sys.exit(f"{SERVICE} ended by itself.")
    finally:
        running.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.wait(timeout=25)
        running.kill()


def wait(running: subprocess.Popen[bytes], address: str) -> None:
    """Returns when the service is ready, with all that it needs; stops with what it says if it does not become so."""
    deadline, said = time.monotonic() + PATIENCE, ""
    while time.monotonic() < deadline and running.poll() is None:
        try:
            urlopen(address, timeout=5).close()
            return
        except HTTPError as refused:
            said = " ".join(refused.read().decode(errors="replace").split())
        except OSError:
            said = "nothing answers"
        time.sleep(0.02)
    sys.exit(running.poll() or f"{SERVICE} is not ready within {PATIENCE:.0f} seconds: {said}.")


def free_port() -> int:
    """Asks the kernel for a port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(identity: str, *scopes: str) -> None:
    """Prints the headers of an identity, or null if the service knows no such identity."""
    name = setting(DATABASE)

    def change(statement: str, value: str) -> None:
        with psycopg.connect(at(setting(ADMIN), name)) as admin:
            admin.execute(statement, [value])

    print(json.dumps(headers(identity, scopes, partial(service, name), change)))


# What the generated server says of each operation, and how a handler is registered by hand.
GENERATED = re.compile(r"^\t// (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) (/\S*)$", re.MULTILINE)
BY_HAND = re.compile(r'\.(?:Handle|HandleFunc|Get|Post|Put|Patch|Delete|Mount)\(\s*"(?:([A-Z]+) )?(/[^"]*)"')
DOCUMENTS = re.compile(r'Documents\([^"\n]*"(/[^"]*)"')


def routes() -> None:
    """Prints all that the public port serves: what was made from the contract, and what was registered beside it."""
    found = []
    for file in sorted((ROOT / "internal" / "gen").rglob("*server*.go")):
        found += [(method, path, file) for method, path in GENERATED.findall(file.read_text(encoding="utf-8"))]
    for file in sorted((ROOT / "internal").rglob("*.go")):
        if "gen" in file.parts or file.name.endswith("_test.go") or file.name.endswith("_gen.go"):
            continue
        text = file.read_text(encoding="utf-8")
        found += [(method or "ANY", path, file) for method, path in BY_HAND.findall(text)]
        found += [("GET", path, file) for path in DOCUMENTS.findall(text)]
    unique = sorted({(method, path, file.relative_to(ROOT).as_posix()) for method, path, file in found})
    print(json.dumps([{"method": method, "path": path, "place": place} for method, path, place in unique]))


NAME = re.compile(r"^-- name: (\w+) :\w+\s*$")


def queries() -> None:
    """Prints the statements of every module, by name."""
    found = []
    for file in sorted((ROOT / "internal").rglob("*.sql")):
        module, place = file.parent.name, file.relative_to(ROOT).as_posix()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if match := NAME.match(line):
                found.append({"name": f"{module}.{match[1]}", "sql": "", "place": f"{place}:{number}"})
            elif found and not line.lstrip().startswith("--"):
                found[-1]["sql"] += f"{line}\n"
    print(json.dumps(found))


def main(command: str = "", *words: str) -> None:
    """Runs one hook."""
    hooks = {"up": up, "routes": routes, "queries": queries}
    if command == "token" and words:
        token(*words)
    elif command in hooks and not words:
        hooks[command]()
    else:
        sys.exit("Usage: audit.py up | token <identity> [scope]... | routes | queries.")


if __name__ == "__main__":
    main(*sys.argv[1:])
