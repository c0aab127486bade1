"""Measures how long a release that changes a file of the platform takes to come into the example.

`copier update` is measured in processor time: a median of five runs. `make update` is what a team waits for: one run in
a service that was built, tested and audited before, so that caches are warm.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from subject import stop_database
from workspace import COPIER, Workspace, copy_command, machine, table, tell, verdict

RUNS = 5
NEXT = "v9999.1.0"
GUARD = "template/{{go}}/platform/{{rest}}/guard.go"


def release(workspace: Workspace, template: Path) -> None:
    """A release that changes a file which every service of the platform has."""
    guard = template / GUARD
    guard.write_text(guard.read_text(encoding="utf-8") + "\n// A release.\n", encoding="utf-8")
    workspace.run(["git", "commit", "--all", "--message", NEXT], template)
    workspace.run(["git", "tag", NEXT], template)


def copier(workspace: Workspace, service: Path) -> float:
    """How many seconds of the processors it takes to bring the release in; the service is as before."""
    command = [str(COPIER), "update", "--quiet", "--trust", "--defaults", "--context-lines=1000", str(service)]
    seconds = []
    for _ in range(RUNS):
        seconds.append(workspace.cpu(command))
        workspace.run(["git", "reset", "--hard"], service)
    return median(seconds)


def waited(workspace: Workspace, service: Path) -> float:
    """How many seconds `make update` takes; the service is as before."""
    start = time.perf_counter()
    workspace.run(["make", "update"], service)
    took = time.perf_counter() - start
    workspace.run(["git", "reset", "--hard"], service)
    workspace.run(["git", "switch", "-"], service)
    workspace.run(["git", "branch", "--delete", f"update-{NEXT}"], service)
    return took


def without_audit(workspace: Workspace, service: Path) -> None:
    """What a team does that does not want the audit."""
    workspace.run(["git", "rm", "make/audit.mk"], service)
    workspace.run(["git", "commit", "--message", "No audit"], service)


def report(workspace: Workspace) -> str:
    template, service = workspace.template(), workspace.folder / "updated"
    workspace.run(copy_command(template, service), workspace.folder)
    try:
        workspace.run(["make", "build", "test", "audit"], service)
        workspace.commit(service, "v1")
        release(workspace, template)
        cpu, audited = copier(workspace, service), waited(workspace, service)
        without_audit(workspace, service)
        tested = waited(workspace, service)
    finally:
        stop_database(workspace, service)
    rows = [
        ["`copier update`, CPU", f"{cpu:.2f} s", f"<= 8 s: {verdict(cpu, 8)}"],
        ["`make update`, with the tests", f"{tested:.0f} s", f"<= 60 s: {verdict(tested, 60)}"],
        ["`make update`, with the tests and the audit", f"{audited:.0f} s", ""],
    ]
    return f"A release comes into the example on {machine()}\n\n{table(['', 'measured', 'bar'], rows)}"


if __name__ == "__main__":
    tell(report)
