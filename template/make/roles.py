# Kept by the platform: docs/ownership.md says what that means.
"""Prepares the database and its two roles on a server, as often as you like and from several processes at once."""

from __future__ import annotations

import hmac
import sys
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import Connection, sql

LOCK = 0x64617461  # any number that everybody who prepares a server agrees on
Row = tuple[object, ...]


class Urls(NamedTuple):
    """Where the database is: for the service, for migrations, for tests that create databases."""

    service: str
    owner: str
    test: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its administrator's address; on ours, roles may be given new passwords."""

    url: str
    ours: bool


def at(url: str, database: str, user: str = "", password: str = "") -> str:
    """Returns the address with another database and, if given, another user."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    if user:
        login = quote(user) + (f":{quote(password)}" if password else "")
    return parts._replace(netloc=f"{login}@{host}" if login else host, path=f"/{quote(database)}").geturl()


def database_of(url: str) -> str:
    """Returns the database that the address names, or nothing; stops when it is no address."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("postgres", "postgresql"):
            return parts.path.strip("/")
    except ValueError:
        pass
    sys.exit("DATABASE_URL must be an address like postgres://user:password@host:5432/database.")


def connect(url: str) -> Connection[Row]:
    """Connects, or says in one sentence why not."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.Error as error:
        sys.exit(f"The database does not let us in: {in_one_line(error)}")


def in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def probe(url: str) -> str:
    """Returns the version of the server."""
    with connect(url if database_of(url) else at(url, "postgres")) as connection:
        return f"{connection.info.server_version // 10000}"


def prepare(server: Server, service: str, roles: str) -> Urls:
    """Creates what is missing and returns the addresses; changes no password on a server that is not ours."""
    url = server.url if database_of(server.url) else at(server.url, "postgres")
    owner, client = f"{service}_owner", f"{service}_service"
    with connect(url) as admin:
        admin.execute("select pg_advisory_lock(%s)", [LOCK])
        try:
            known = existing(admin, owner, client)
            check(admin)
            create_database(admin, service)
            with connect(at(url, service)) as inside:
                inside.execute(roles.encode())
            addresses = [
                login(admin, at(url, service), role, may_change=server.ours or role not in known)
                for role in (client, owner)
            ]
        except psycopg.Error as error:
            sys.exit(f"The database could not be prepared: {in_one_line(error)}")
    return Urls(addresses[0], addresses[1], url)


def check(admin: Connection[Row]) -> None:
    """Stops unless the administrator may do what is to be done."""
    row = admin.execute(
        "select rolname, rolsuper or rolcreaterole and rolcreatedb from pg_roles where rolname = current_user"
    ).fetchone()
    name, may_create = row or ("", False)
    if not may_create:
        sys.exit(
            f"The role {name} in DATABASE_URL may not create roles and databases: "
            "give it CREATEROLE and CREATEDB, or set DATABASE_OWNER_URL too and create them yourself."
        )


def create_database(admin: Connection[Row], name: str) -> None:
    if not admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))


def existing(admin: Connection[Row], *names: str) -> set[object]:
    found = admin.execute("select rolname from pg_roles where rolname = any(%s)", [list(names)])
    return {row[0] for row in found.fetchall()}


def login(admin: Connection[Row], url: str, role: str, *, may_change: bool) -> str:
    """Returns an address that the role can use; its password follows from the administrator's."""
    secret = admin.info.password
    password = hmac.new(secret.encode(), role.encode(), "sha256").hexdigest()[:32] if secret else ""
    address = at(url, database_of(url), role, password)
    try:
        psycopg.connect(address, connect_timeout=5).close()
        return address
    except psycopg.OperationalError:
        if not may_change:
            sys.exit(
                f"The role {role} exists on that server with a password of its own: "
                "set DATABASE_OWNER_URL and DATABASE_URL to the two roles' addresses."
            )
    statement = sql.SQL("alter role {} login").format(sql.Identifier(role))
    if password:
        statement += sql.SQL(" password {}").format(sql.Literal(password))
    admin.execute(statement)
    psycopg.connect(address, connect_timeout=5).close()
    return address
