"""A service that was written, built and filled with rows: what is measured."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from servers import Program, Server
from workspace import BENCH, BenchError, Workspace, copy_command

SERVICE = "billing"
OWNER = "bench"
CONNECTIONS = 8
WARM_UP = 500
DATABASE = ("uv", "run", "--quiet", "--script", "make/database.py")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked, how often, and the share of the baseline's throughput that the service has to reach."""

    name: str
    paths: str  # a query for the paths to ask for, in turn
    requests: int
    bar: float | None = None
    body: str = ""  # of a POST, in which {n} is another number each time
    key: str = ""  # its Idempotency-Key, if it has one
    status: int = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """The service, and what is needed to ask it."""

    workspace: Workspace
    folder: Path
    environment: dict[str, str]
    token: str

    def query(self, sql: str, role: str = "DATABASE_URL") -> str:
        psql = [*DATABASE, "psql", self.environment[role], "--quiet", "--no-align", "--tuples-only"]
        return self.workspace.run([*psql, "--set=ON_ERROR_STOP=1", "--command", sql], self.folder)

    def service(self) -> Program:
        command = [str(self.folder / ".local/bin" / SERVICE), "serve"]
        return Program("service", command, self.environment, self.workspace.folder, has_admin=True)

    def baseline(self) -> Program:
        command = [str(self.workspace.folder / "baseline")]
        return Program("baseline", command, {**self.environment, "OWNER": OWNER}, self.workspace.folder)

    def load(self, server: Server, scenario: Scenario, paths: Path, tag: str) -> dict[str, float]:
        """One run of the load generator; `tag` makes the bodies of this run unlike those of others."""
        command = [str(self.workspace.folder / "load"), "-address", server.address, "-pid", str(server.pid)]
        command += ["-paths", str(paths), "-connections", str(CONNECTIONS)]
        command += ["-requests", str(scenario.requests), "-warm-up", str(WARM_UP), "-status", str(scenario.status)]
        if scenario.body:
            command += ["-body", scenario.body.replace("{tag}", tag), "-key", scenario.key.replace("{tag}", tag)]
        before = server.allocations()
        measured: dict[str, float] = json.loads(self.workspace.run(command, BENCH, TOKEN=self.token))
        measured["allocations"] = (server.allocations() - before) / (scenario.requests + WARM_UP)
        if wrong := measured["errors"]:
            raise BenchError(f"{scenario.name}: {wrong} answers of the {server.name} were not {scenario.status}.")
        return measured


class Step(NamedTuple):
    """How many seconds a command took, and how many on processors: it and its children, without the database."""

    wall: float
    cpu: float


def zero_to_green(workspace: Workspace, template: Path, name: str) -> tuple[Path, dict[str, Step]]:
    """A new service, and what it took to write, build and test it."""
    folder, took = workspace.folder / name, {}
    steps: dict[str, Callable[[], object]] = {
        "copy": lambda: workspace.run(copy_command(template, folder), workspace.folder),
        "commit": lambda: workspace.commit(folder, "v0.0.0"),
        "build": lambda: workspace.run(["make", "build"], folder),
        "test": lambda: workspace.run(["make", "test"], folder),
    }
    try:
        for step, do in steps.items():
            wall, cpu = time.perf_counter(), children_cpu()
            do()
            took[step] = Step(time.perf_counter() - wall, children_cpu() - cpu)
    finally:
        stop_database(workspace, folder)
    return folder, took


def children_cpu() -> float:
    """The processor time of all that has been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def prepared(workspace: Workspace, folder: Path, telemetry: str) -> Iterator[Subject]:
    """The service with a key, rows and a collector of telemetry; its database runs until the end of the block."""
    for name in ("baseline", "load"):
        workspace.run(["go", "build", "-o", workspace.folder / name, "."], BENCH / name)
    exported = workspace.run(["bash", "-c", "source make/environment.sh && env --null"], folder)
    environment = dict(line.split("=", 1) for line in exported.split("\0") if "=" in line)
    program = folder / ".local/bin" / SERVICE
    try:
        workspace.run([program, "migrate", "up"], folder, **environment)
        key = workspace.run([program, "keys", "create", "--subject", OWNER], folder, **environment)
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = telemetry
        subject = Subject(workspace, folder, environment, key.strip())
        subject.query((BENCH / "seed.sql").read_text(encoding="utf-8"))
        subject.query("analyze customers, invoices", "DATABASE_OWNER_URL")
        yield subject
    finally:
        stop_database(workspace, folder)


def stop_database(workspace: Workspace, folder: Path) -> None:
    if (folder / DATABASE[-1]).exists():
        workspace.run([*DATABASE, "down"], folder)
