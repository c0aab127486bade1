"""Whoever stops an audit finds the machine as it was: no service, no database."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.auditing import Audited

COMMAND = ("uv", "run", "--quiet", "--script", ".audit/audit.py", "audit", "--only", "rest")
PATIENCE = 60


@pytest.mark.parametrize(("order", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_audit_that_is_stopped_leaves_nothing_behind(live: Audited, order: signal.Signals, code: int) -> None:
    """By the hand of a person, or by that of CI."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | dict(
        live.environment
    )
    running = subprocess.Popen(
        COMMAND,
        cwd=live.folder,
        env=given,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with psycopg.connect(live.environment["TEST_DATABASE_URL"], autocommit=True) as admin:
        until(lambda: serving(admin) > 0)
        running.send_signal(order)
        _, told = running.communicate(timeout=PATIENCE)
        assert (running.returncode, told) == (code, "")
        until(lambda: serving(admin) == databases(admin) == 0)


def test_a_database_that_could_not_be_prepared_is_dropped(live: Audited) -> None:
    """It has been created already when its roles are refused."""
    live.write("db/roles.sql", "select nothing_of_the_kind();")
    said = live.audit("audit", "--only", "D1")
    assert said.code == 2
    assert "A database for the audit could not be made: " in said.err
    with psycopg.connect(live.environment["TEST_DATABASE_URL"], autocommit=True) as admin:
        assert databases(admin) == 0


def test_databases_of_audits_that_were_killed_are_dropped_by_the_next_one(live: Audited) -> None:
    """Those that somebody is at work in stay, and those that are another service's."""
    url = live.environment["TEST_DATABASE_URL"]
    left, used, foreign = "audit_00000001", "audit_00000002_empty", "audit_00000003"
    with psycopg.connect(url, autocommit=True) as admin:
        try:
            for name in (left, used, foreign):
                admin.execute(f"create database {name} owner {'postgres' if name == foreign else 'billing_owner'}")
            with psycopg.connect(urlsplit(url)._replace(path=f"/{used}").geturl()):
                assert live.audit("audit", "--only", "D1").code == 0
                kept = admin.execute("select datname from pg_database where datname like 'audit_%' order by 1")
                assert [name for (name,) in kept.fetchall()] == [used, foreign]
        finally:
            for name in (left, used, foreign):
                admin.execute(f"drop database if exists {name} with (force)")


def serving(admin: psycopg.Connection) -> int:
    """How many connections the audited services hold."""
    query = "select count(*) from pg_stat_activity where usename = 'billing_service' and datname like 'audit_%'"
    row = admin.execute(query).fetchone()
    return int(row[0]) if row else 0


def databases(admin: psycopg.Connection) -> int:
    """How many databases of audits there are."""
    row = admin.execute("select count(*) from pg_database where datname like 'audit_%'").fetchone()
    return int(row[0]) if row else 0


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, but not for ever."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
