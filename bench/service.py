"""Measures a generated service against the hand-written one in bench/baseline and writes bench/results.md.

Both run on one database; one is asked while the other waits, in turns. The numbers are for people: no test reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from collector import collector
from servers import Program, Server
from subject import CONNECTIONS, Scenario, Step, Subject, prepared, zero_to_green
from workspace import BENCH, BenchError, Workspace, machine, memory, table, verdict

STARTS = 5
MOST_ROUNDS = 50
CUSTOMER = '{"name": "Load", "email": "{tag}-{n}@example.com"}'
SCENARIOS = (
    Scenario("GET by id", "select '/v1/customers/' || id from customers order by id limit 3000", 6000, 0.70),
    Scenario("list of 50", "select '/v1/invoices?limit=50'", 2000, 0.80),
    Scenario("POST", "select '/v1/customers'", 3000, body=CUSTOMER, status=201),
    Scenario("POST with a key", "select '/v1/customers'", 3000, body=CUSTOMER, key="{tag}-{n}", status=201),
)
METHOD = """\
# A generated service and a hand-written one

Written by `make bench` on {machine}, which both servers share with PostgreSQL (embedded, without fsync) and
the load generator: read the ratios, not the numbers. The service is `billing` as `copier copy` writes it, with API
keys, limits, checks against the contract, an access line for every request, and traces of 5 % of them sent to a
collector; `bench/baseline` has none of these. The key of the last row is an Idempotency-Key, whose answer the service
stores. Both have ten database connections and are asked by {connections} clients, each of which waits for its answer.
{rounds} rounds, in each of which both are asked in turns: a value is the median of the rounds, a ratio the median of
the ratios within rounds. CPU is what the server's process used for one request, allocations are the objects that it
allocated for it. Before it began, the load was {waiting:.1f}: over one, others were at work too, and only a large
difference means something.
"""
COLUMNS: tuple[str, ...] = ("service /s", "baseline /s", "ratio", "bar", "p50 ms", "baseline", "p99 ms", "baseline")
COLUMNS += ("CPU µs", "baseline", "ratio", "allocations", "baseline", "added")
MOST_ALLOCATIONS = 60  # added to a POST

Rounds = dict[str, list[dict[str, float]]]


def compare(subject: Subject, servers: Sequence[Server]) -> None:
    """Refuse to measure two programs that answer differently; only cursors may be unlike."""
    path = subject.query(SCENARIOS[0].paths).split()[0]
    for asked in (path, "/v1/invoices?limit=50"):
        answers = [json.loads(server.get(asked, subject.token)) | {"next_cursor": ""} for server in servers]
        if answers[0] != answers[1]:
            raise BenchError(f"The two answers to GET {asked} differ:\n{answers[0]}\n{answers[1]}"[:2000])


def race(subject: Subject, servers: Sequence[Server], scenario: Scenario, rounds: int) -> Rounds:
    """Ask the servers in turns; who comes first changes with every round."""
    paths = subject.workspace.folder / "paths"
    paths.write_text(subject.query(scenario.paths))
    measured: Rounds = {server.name: [] for server in servers}
    for number in range(rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            tag = f"{server.name}-{scenario.name.replace(' ', '-')}-{number}"
            measured[server.name].append(subject.load(server, scenario, paths, tag))
            print(f"{scenario.name}, {tag}: {measured[server.name][-1]['throughput']:.0f}/s", file=sys.stderr)
    return measured


def row(scenario: Scenario, measured: Rounds) -> list[str]:
    def value(server: str, key: str) -> float:
        return median(run[key] for run in measured[server])

    def ratio(key: str) -> float:
        pairs = zip(measured["service"], measured["baseline"], strict=True)
        return median(service[key] / baseline[key] for service, baseline in pairs)

    share, bar = ratio("throughput"), scenario.bar
    cells = [scenario.name]
    cells += [f"{value(server, 'throughput'):.0f}" for server in measured]
    cells += [f"{share:.0%}", f">= {bar:.0%}: {verdict(share, bar, at_least=True)}" if bar else "none"]
    cells += [f"{value(server, key) / 1000:.2f}" for key in ("p50_us", "p99_us") for server in measured]
    cells += [f"{value(server, 'cpu_us'):.0f}" for server in measured]
    cells += [f"{ratio('cpu_us'):.2f}", *(f"{value(server, 'allocations'):.0f}" for server in measured)]
    added = value("service", "allocations") - value("baseline", "allocations")
    return [
        *cells,
        f"{added:.0f}" + (f"; <= {MOST_ALLOCATIONS}: {verdict(added, MOST_ALLOCATIONS)}" if scenario.body else ""),
    ]


def starts(program: Program) -> tuple[float, float]:
    """Milliseconds until it is ready, and megabytes in memory a second later: medians."""
    seconds, megabytes = [], []
    for _ in range(STARTS):
        with program.running() as server:
            time.sleep(1)
            seconds.append(server.seconds_to_ready)
            megabytes.append(server.memory())
    return median(seconds) * 1000, median(megabytes)


def races(subject: Subject, rounds: int) -> str:
    with subject.service().running() as service, subject.baseline().running() as baseline:
        compare(subject, (service, baseline))
        rows = [row(scenario, race(subject, (service, baseline), scenario, rounds)) for scenario in SCENARIOS]
        after = f"\nMemory after all of it: service {service.memory():.0f} MB, baseline {baseline.memory():.0f} MB.\n"
    return table(["", *COLUMNS], rows) + after


def single(subject: Subject, took: dict[str, Step]) -> str:
    """What is measured of the service alone, with the same numbers of the baseline where it has them."""
    own, other = starts(subject.service()), starts(subject.baseline())
    total, cpu = (sum(values) for values in zip(*took.values(), strict=True))
    steps = ", ".join(f"{name} {step.wall:.0f}" for name, step in took.items())
    green = f"zero to green, warm caches ({steps} s; CPU {cpu:.0f} s)"
    rows = [
        ["start to ready, database up", f"{own[0]:.0f} ms", f"{other[0]:.0f} ms", f"<= 300 ms: {verdict(own[0], 300)}"],
        ["memory when idle", f"{own[1]:.0f} MB", f"{other[1]:.0f} MB", f"<= 40 MB: {verdict(own[1], 40)}"],
        [green, f"{total:.0f} s", "", f"<= 60 s: {verdict(total, 60)}"],
    ]
    return table(["", "service", "baseline", "bar"], rows)


def measure(folder: Path, rounds: int) -> str:
    waiting = os.getloadavg()[0]
    workspace = Workspace(folder)
    template = workspace.template()
    zero_to_green(workspace, template, "warm-up")
    fresh, took = zero_to_green(workspace, template, "service")
    with collector() as telemetry, prepared(workspace, fresh, telemetry) as subject:
        method = METHOD.format(machine=machine(), connections=CONNECTIONS, rounds=rounds, waiting=waiting)
        return "\n".join([method, races(subject, rounds), single(subject, took)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often both are asked (default: 5)")
    parser.add_argument("--out", type=Path, default=BENCH / "results.md", help="where the table goes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=memory()) as folder:
        try:
            report = measure(Path(folder), min(max(arguments.rounds, 1), MOST_ROUNDS))
        except BenchError as error:
            sys.exit(str(error))
    print(report, end="")
    arguments.out.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
