"""Whoever may prepare the database can: a managed server has no superuser for its users."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection

from tests import migrations
from tests.postgres import Server

NAME = "handed_over"  # its roles are nobody else's: those of other tests belong to the superuser
OWNER = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"


@pytest.fixture
def administrator(postgres: Server) -> Iterator[Connection]:
    """A connection of a role that is no superuser, to a database that it has created."""
    with postgres.connect() as superuser:
        superuser.execute("create role administrator login createrole createdb")
        with postgres.connect(user="administrator") as before:
            before.execute(f"create database {NAME} template template0".encode())
        try:
            with postgres.connect(NAME, "administrator") as connection:
                yield connection
        finally:
            superuser.execute(f"drop database {NAME} with (force)".encode())
            superuser.execute(f"drop role if exists {NAME}_owner, {NAME}_service, administrator".encode())


def test_an_administrator_who_is_no_superuser(postgres: Server, administrator: Connection) -> None:
    """roles.sql hands the database over for a role that may create roles and owns it, and again changes nothing."""
    roles = migrations.roles().replace("billing", NAME).encode()
    for _ in range(2):
        administrator.execute(roles)
        assert administrator.execute(OWNER).fetchone() == (f"{NAME}_owner",)
    with postgres.connect(NAME, f"{NAME}_owner") as owner:
        owner.execute("create table public.mine (id int)")
    with postgres.connect(NAME, f"{NAME}_service") as service, pytest.raises(psycopg.errors.InsufficientPrivilege):
        service.execute("create table public.mine_too (id int)")
