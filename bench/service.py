"""Measures a generated service against the hand-written one in bench/baseline and writes bench/results.md.

    python bench/service.py [--rounds 5] [--out bench/results.md]

Both run at once on one database; one is asked while the other waits, in turns. The numbers are for people: no test reads them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from servers import Program, Server
from workspace import BENCH, BenchError, Workspace, copy_command, machine, table, verdict

SERVICE = "billing"
OWNER = "bench"
CONNECTIONS = 8
STARTS = 5
METHOD = """\
# A generated service and a hand-written one

Written by `make bench`; {machine}, shared by both servers, PostgreSQL (embedded, without fsync) and the load generator, so read the
ratios, not the numbers. The service is `billing` as `copier copy` writes it, with API keys, checks against the contract and an access
line for each request; `bench/baseline` has none of these. Both run on one database, with pools of ten connections. {rounds} rounds;
in each one the two are asked in turns, over {connections} connections, each of which waits for its answer. A value is the median of the
rounds; a ratio is the median of the ratios within the rounds. CPU is what the server's process used for one request.
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked, how often, and the share of the baseline's throughput that the service has to reach."""

    name: str
    paths: str  # a query for the paths to ask for, in turn
    requests: int
    bar: float | None
    body: str = ""
    status: int = 200


SCENARIOS = (
    Scenario("GET by id", "select '/v1/customers/' || id from customers order by id limit 3000", 6000, 0.75),
    Scenario("list of 50", "select '/v1/invoices?limit=50'", 2000, 0.85),
    Scenario("POST", "select '/v1/customers'", 3000, None, '{"name": "Load", "email": "ROUND-{n}@example.com"}', 201),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A service that was written, built and filled with rows, and what it is compared with."""

    workspace: Workspace
    service: Path
    environment: dict[str, str]
    token: str

    def query(self, sql: str, role: str = "DATABASE_URL") -> str:
        psql = ["uv", "run", "--quiet", "--script", "make/database.py", "psql", self.environment[role]]
        return self.workspace.run([*psql, "--quiet", "-At", "--set=ON_ERROR_STOP=1", "--command", sql], self.service)

    def programs(self) -> tuple[Program, Program]:
        folder, own = self.workspace.folder, self.service / ".local/bin" / SERVICE
        return (
            Program("service", [str(own), "serve"], self.environment, folder),
            Program("baseline", [str(folder / "baseline")], {**self.environment, "OWNER": OWNER}, folder),
        )

    def load(self, server: Server, scenario: Scenario, paths: Path, tag: str) -> dict[str, float]:
        """One run of the load generator."""
        command = [self.workspace.folder / "load", "-address", server.address, "-pid", str(server.pid), "-paths", paths]
        command += ["-connections", str(CONNECTIONS), "-requests", str(scenario.requests), "-status", str(scenario.status)]
        if scenario.body:
            command += ["-body", scenario.body.replace("ROUND", tag)]
        measured: dict[str, float] = json.loads(self.workspace.run(command, BENCH, TOKEN=self.token))
        if measured["errors"]:
            raise BenchError(f"{measured['errors']} answers of the {server.name} to {scenario.name} were not {scenario.status}.")
        return measured


def zero_to_green(workspace: Workspace, template: Path, name: str) -> tuple[Path, dict[str, float]]:
    """A new service, and how long it took to write, build and test it."""
    service, took = workspace.folder / name, {}
    steps: dict[str, Callable[[], object]] = {
        "copy": lambda: workspace.run(copy_command(template, service), workspace.folder),
        "commit": lambda: workspace.commit(service, "v0.0.0"),
        "build": lambda: workspace.run(["make", "build"], service),
        "test": lambda: workspace.run(["make", "test"], service),
    }
    for step, do in steps.items():
        started = time.perf_counter()
        do()
        took[step] = time.perf_counter() - started
    return service, took


@contextmanager
def prepared(workspace: Workspace, service: Path) -> Iterator[Bench]:
    """The service with a key and rows, its database running until the end of the block."""
    for name in ("baseline", "load"):
        workspace.run(["go", "build", "-o", workspace.folder / name, "."], BENCH / name)
    shell = workspace.run(["bash", "-c", "source make/environment.sh; env -0"], service)
    environment = dict(line.split("=", 1) for line in shell.split("\0") if "=" in line)
    try:
        workspace.run([f".local/bin/{SERVICE}", "migrate", "up"], service, **environment)
        key = [f".local/bin/{SERVICE}", "keys", "create", "--subject", OWNER]
        bench = Bench(workspace, service, environment, workspace.run(key, service, **environment).strip())
        bench.query((BENCH / "seed.sql").read_text(encoding="utf-8"))
        bench.query("analyze customers; analyze invoices", "DATABASE_OWNER_URL")
        yield bench
    finally:
        workspace.run(["uv", "run", "--quiet", "--script", "make/database.py", "down"], service)
