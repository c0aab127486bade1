# /// script
# requires-python = ">=3.11"
# dependencies = ["psycopg[binary]==3.3.9"]
# ///
"""The four hooks of the audit, and the migrations: up, token, routes, queries, migrate."""

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
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

HERE = Path(__file__).resolve().parent
ROLES = """do $$ begin
  if not exists (select from pg_roles where rolname = 'letters_owner') then create role letters_owner login; end if;
  if not exists (select from pg_roles where rolname = 'letters_service') then create role letters_service login; end if;
end $$"""


def at(database: str, user: str) -> str:
    """The address of a database for a user."""
    parts = urlsplit(os.environ["SERVER_URL"])
    return parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}", path=f"/{database}").geturl()


@contextmanager
def database(name: str) -> Iterator[None]:
    """A database with nothing in it, dropped at the end."""
    with psycopg.connect(at("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(ROLES)
        admin.execute(f"create database {name} owner letters_owner template template0".encode())
        try:
            with psycopg.connect(at(name, "postgres"), autocommit=True) as inside:
                inside.execute(f"revoke all on database {name} from public".encode())
                inside.execute(f"grant connect on database {name} to letters_service".encode())
                inside.execute("revoke all on schema public from public")
                inside.execute("grant create, usage on schema public to letters_owner")
                inside.execute("grant usage on schema public to letters_service")
            yield
        finally:
            admin.execute(f"drop database {name} with (force)".encode())


def up() -> None:
    """Starts the service, on a database of its own or on that of AUDITED."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if joined := os.environ.get("AUDITED"):
        serve(joined, os.environ["SECRET"], {})
        return
    name, secret = f"letters_{secrets.token_hex(4)}", secrets.token_hex(16)
    with database(name), database(f"{name}_empty"):
        migrate("up", at(name, "letters_owner"))
        empty = at(f"{name}_empty", "letters_owner")
        words = {word: f"{sys.executable} hooks.py migrate {word}" for word in ("up", "down")}
        told: dict[str, object] = {
            "database_url": at(name, "postgres"),
            "service_url": at(name, "letters_service"),
            "empty": {"database_url": empty, "environment": {"MIGRATED_URL": empty}, **words},
        }
        serve(name, secret, told)


def serve(name: str, secret: str, told: dict[str, object]) -> None:
    """Serves until it is told to stop."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = os.environ.get("AUDIT_DATABASE_URL") or at(name, "letters_service")
    own = {"PORT": str(port), "DATABASE_URL": url, "SECRET": secret}
    running = subprocess.Popen([sys.executable, HERE / "service.py"], env={**os.environ, **own})
    try:
        for _ in range(500):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        line = {"base_url": f"http://127.0.0.1:{port}", "environment": {"AUDITED": name, "SECRET": secret}, **told}
        print(json.dumps(line), flush=True)
        running.wait()
        sys.exit("The service ended by itself.")
    finally:
        running.terminate()
        running.wait()


def migrate(word: str, url: str) -> None:
    """Goes up to the newest migration, or one down."""
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists schema_migrations (version text primary key)")
        done = {row[0] for row in connection.execute("select version from schema_migrations").fetchall()}
        files = sorted((HERE / "migrations").glob("*.sql"))
        chosen = [f for f in files if f.name not in done] if word == "up" else [f for f in files if f.name in done][-1:]
        for file in chosen:
            ups, _, downs = file.read_text(encoding="utf-8").partition("-- migrate:down")
            connection.execute((ups if word == "up" else downs).encode())
            change = (
                "insert into schema_migrations values (%s)"
                if word == "up"
                else "delete from schema_migrations where version = %s"
            )
            connection.execute(change, [file.name])


def token(identity: str, *scopes: str) -> None:
    """Prints the headers of an identity."""
    sys.path.insert(0, str(HERE))
    from callers import seal

    if identity == "revoked":
        print("null")  # tokens end by themselves, and not before
        return
    subject = "stranger" if identity == "stranger" else "owner"
    until = time.time() + (-60 if identity == "expired" else 3600)
    claims = {"subject": subject, "scopes": scopes, "until": until}
    print(json.dumps({"Authorization": f"Bearer {seal(claims)}"}))


def routes() -> None:
    """Prints what service.py serves."""
    found = []
    for number, line in enumerate((HERE / "service.py").read_text(encoding="utf-8").splitlines(), 1):
        if match := re.match(r'    re\.compile\("(.*)"\): {(.*)}', line):
            path = match[1].replace("()", "").replace("([^/]+)", "{letter_id}")
            methods = re.findall(r'"([A-Z]+)"', match[2])
            found += [{"method": method, "path": path, "place": f"service.py:{number}"} for method in methods]
    print(json.dumps(found))


def queries() -> None:
    """Prints the statements, with numbers for parameters as PostgreSQL has them."""
    found = []
    for name, text in re.findall(r"-- name: (\w+)\n(.*?;)", (HERE / "queries.sql").read_text("utf-8"), re.DOTALL):
        names = list(dict.fromkeys(re.findall(r"\$(\w+)", text)))
        statement = re.sub(r"\$(\w+)", lambda match: f"${names.index(match[1]) + 1}", text)  # noqa: B023
        found.append({"name": name, "sql": statement, "place": "queries.sql"})
    print(json.dumps(found))


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    if word == "migrate":
        migrate(rest[0], os.environ["MIGRATED_URL"])
    elif word == "token":
        token(*rest)
    else:
        {"up": up, "routes": routes, "queries": queries}[word]()
