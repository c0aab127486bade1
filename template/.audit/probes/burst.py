# Kept by the platform: docs/ownership.md says what that means.
"""Sends many requests at the same moment, and holds them in the database until all of them are at work."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from probes.client import OWNER, Answer, Headers
from probes.contract import Resource
from probes.world import World

PATIENCE = 1.0  # seconds; less than a service waits for a lock
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def together(
    world: World,
    resource: Resource,
    method: str,
    path: str,
    body: bytes,
    headers: Headers,
    many: int,
    hold: str = "",
    identity: str = OWNER,
) -> list[tuple[int, Any]]:
    """The status and body of each of many equal requests. `hold` is the row that is locked, or else the table is."""

    def one(_: int) -> Answer:
        return world.client.send(method, path, identity, raw=body, headers=headers)

    with ThreadPoolExecutor(many) as pool:
        with held(world, resource, hold) as waiting:
            running = [pool.submit(one, n) for n in range(many)]
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and waiting() + sum(future.done() for future in running) < many:
                time.sleep(0.005)
        return [(answer.status, answer.json) for answer in (future.result() for future in running)]


@contextmanager
def held(world: World, resource: Resource, row: str) -> Iterator[Any]:
    """Locks a row, or the table against new rows. Yields what counts the sessions that wait."""
    table = world.table(resource)
    connect = world.connect
    if connect is None or not table.columns:
        yield lambda: 0
        return
    with connect() as holder:
        name = '"' + table.name.replace('"', '""') + '"'
        if row:
            holder.execute(f"select 1 from {name} where id = %s for update", [row])  # noqa: S608 - a name from the catalogue
        else:
            holder.execute(f"lock table {name} in share mode")
        try:
            yield lambda: world.ask(WAITING)
        finally:
            holder.rollback()


def count(world: World, resource: Resource) -> int | None:
    """How many rows the table has; nothing if there is no database to ask."""
    table = world.table(resource)
    if world.connect is None or not table.columns:
        return None
    return int(world.ask(f"select count(*) from {table.quoted}"))  # noqa: S608 - a name from the catalogue


def text(body: Any) -> bytes:
    """A body as it is sent."""
    return json.dumps(body).encode()
