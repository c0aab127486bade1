"""Databases with the roles of the service `billing`, on every version of PostgreSQL that is supported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from psycopg import Connection

from tests import migrations
from tests.migrations import Built
from tests.postgres import VERSIONS, MissingError, Server, server


@dataclass(frozen=True, slots=True)
class Database:
    """A database, seen by the role that owns it and by the one that uses it."""

    server: Server
    name: str
    owner: Connection

    def service(self, *, autocommit: bool = True) -> Connection:
        return self.server.connect(self.name, "billing_service", autocommit=autocommit)

    def apply(self, built: Built) -> Built:
        for script in built.scripts:
            script.up(self.owner)
        return built


@pytest.fixture(scope="session", params=VERSIONS, ids=lambda version: f"postgres{version}")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server for each supported version."""
    try:
        with server(request.param) as running:
            yield running
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    """An empty database with both roles; the owner is connected, as for a migration."""
    with prepared(postgres) as empty:
        yield empty


@pytest.fixture(scope="session", params=migrations.MODELS)
def populated(postgres: Server, request: pytest.FixtureRequest) -> Iterator[tuple[str, Database]]:
    """A model of the zoo, and its database; for tests that change nothing in it."""
    with prepared(postgres) as database:
        database.apply(migrations.build(migrations.zoo(request.param)))
        yield request.param, database


@contextmanager
def prepared(postgres: Server) -> Iterator[Database]:
    """A database as it is before its first migration."""
    with postgres.database() as name:
        with postgres.connect(name) as superuser:
            superuser.execute(migrations.roles().encode())
        with postgres.connect(name, "billing_owner") as owner:
            owner.execute(migrations.BOOKS.encode())
            yield Database(postgres, name, owner)
