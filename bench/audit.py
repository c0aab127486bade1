"""Measures `make audit`: what is static, all of it with the start of the service, and the schema checks on 200 tables.

The time is that on the wall, of the command as people type it. Medians of three runs, after one that fills caches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from workspace import Workspace, copy_command, machine, table, tell, verdict

RUNS = 3
TABLES = 200
STATIC, WHOLE, SCHEMA = 5, 60, 10  # seconds
MIGRATION = "db/migrations/20990101000000_create_many.sql"
TABLE = """
create table many_{n}s (
    id uuid not null,
    parent_id uuid,
    name text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1,
    constraint many_{n}s_pkey primary key (id),
    constraint many_{n}s_name_length check (char_length(name) between 1 and 200),
    constraint many_{n}s_parent_id_fkey foreign key (parent_id) references {parent} (id) on delete restrict
);
comment on table many_{n}s is 'One of many. @delete hard';
create index many_{n}s_parent_id_idx on many_{n}s (parent_id);
create trigger many_{n}s_touch before update on many_{n}s for each row execute function touch_row();
"""


def seconds(workspace: Workspace, service: Path, *words: str) -> float:
    """How long a target takes, in the middle of some runs; it must succeed."""
    measured = []
    for _ in range(RUNS + 1):
        began = time.monotonic()
        workspace.run(["make", *words], service, PYTHONDONTWRITEBYTECODE="")  # people let Python keep what it compiled
        measured.append(time.monotonic() - began)
    return median(measured[1:])


def grow(service: Path) -> None:
    """Add many tables, each of which refers to the one before."""
    parents = ["invoices", *(f"many_{n}s" for n in range(TABLES))]
    ups = "".join(TABLE.format(n=n, parent=parent) for n, parent in enumerate(parents[:TABLES]))
    downs = "".join(f"drop table {name};\n" for name in reversed(parents[1:]))
    timeout = "set local lock_timeout = '5s';\n"
    (service / MIGRATION).write_text(
        f"-- migrate:up\n{timeout}{ups}\n-- migrate:down\n{timeout}{downs}", encoding="utf-8"
    )


@contextmanager
def built(workspace: Workspace) -> Iterator[Path]:
    """The example, built, with a database that is stopped at the end."""
    service = workspace.folder / "billing"
    workspace.run(copy_command(workspace.template(), service), workspace.folder)
    workspace.commit(service, "v1")
    workspace.run(["make", "build"], service)
    try:
        yield service
    finally:
        workspace.run(["make", "clean"], service)


def report(workspace: Workspace) -> str:
    waiting = os.getloadavg()[0]
    with built(workspace) as service:
        static = seconds(workspace, service, "audit-static")
        whole = seconds(workspace, service, "audit")
        grow(service)
        workspace.run(["make", "build"], service)
        schema = seconds(workspace, service, "audit", "only=database")
    rows = [
        ["`make audit-static`", f"{static:.1f} s", f"<= {STATIC} s: {verdict(static, STATIC)}"],
        ["`make audit`, with the start of the service", f"{whole:.1f} s", f"<= {WHOLE} s: {verdict(whole, WHOLE)}"],
        [f"the schema checks on {TABLES} more tables", f"{schema:.1f} s", f"<= {SCHEMA} s: {verdict(schema, SCHEMA)}"],
    ]
    head = f"The audit of the example on {machine()}; before it began, the load was {waiting:.1f}\n\n"
    return head + table(["", "measured", "bar"], rows)


if __name__ == "__main__":
    tell(report)
