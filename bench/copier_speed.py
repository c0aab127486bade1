"""Measures the processor time of `copier copy`, for the example model and fifty resources, and of `copier update`.

The time is that of the command and all it starts (git), as the kernel counts it for a child. Medians of five runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from workspace import COPIER, ROOT, BenchError, Workspace, copy_command, machine, memory, table, update_command, verdict

RUNS = 5
NEXT = "v9999.1.0"
MODELS = ROOT / "tests" / "models"


@dataclass(frozen=True, slots=True)
class Copy:
    """One run of the command."""

    seconds: float
    files: int


def cpu_of(workspace: Workspace, command: list[str]) -> float:
    """How many seconds of the processors a command takes."""
    environment, null = dict(workspace.environment), subprocess.DEVNULL
    child = subprocess.Popen(command, env=environment, stdin=null, stdout=null, cwd=workspace.folder)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise BenchError(f"`{' '.join(command)}` failed.")
    return usage.ru_utime + usage.ru_stime


def copy(workspace: Workspace, template: Path, model: Path, name: str) -> Copy:
    """Write a service, and count."""
    service = workspace.folder / name
    seconds = cpu_of(workspace, copy_command(template, service, "--data-file", model))
    return Copy(seconds, sum(path.is_file() for path in service.rglob("*")))


def measure(workspace: Workspace, template: Path, model: str) -> Copy:
    runs = [copy(workspace, template, MODELS / f"{model}.yml", f"{model}{number}") for number in range(RUNS)]
    return Copy(median(run.seconds for run in runs), runs[0].files)


def update(workspace: Workspace, template: Path) -> float:
    """How long a release that changes a file of the platform takes to come into the example."""
    service = workspace.folder / "updated"
    workspace.run(copy_command(template, service, "--data-file", MODELS / "billing.yml"), workspace.folder)
    workspace.commit(service, "v1")
    guard = template / "template/{{go}}/platform/{{rest}}/guard.go"
    guard.write_text(guard.read_text(encoding="utf-8") + "\n// A release.\n", encoding="utf-8")
    workspace.run(["git", "commit", "--all", "--message", NEXT], template)
    workspace.run(["git", "tag", NEXT], template)
    seconds = []
    for _ in range(RUNS):
        seconds.append(cpu_of(workspace, update_command(service)))
        workspace.run(["git", "reset", "--hard"], service)
    return median(seconds)


def report(workspace: Workspace) -> str:
    template = workspace.template()
    bare = median(cpu_of(workspace, [str(COPIER), "--version"]) for _ in range(RUNS))
    billing, fifty = (measure(workspace, template, model) for model in ("billing", "fifty"))
    updated = update(workspace, template)
    each = fifty.seconds / fifty.files * 1000
    rows = [
        ["none: `copier --version`", f"{bare:.2f} s", "which every copy spends too"],
        ["billing", f"{billing.seconds:.2f} s", f"<= 2.5 s: {verdict(billing.seconds, 2.5)}"],
        ["billing", f"{billing.files} files", f"<= 300: {verdict(billing.files, 300)}"],
        ["fifty resources", f"{fifty.seconds:.2f} s, {fifty.files} files", ""],
        ["billing, `copier update`", f"{updated:.2f} s", f"<= 8 s: {verdict(updated, 8)}"],
        ["fifty resources", f"{each:.1f} ms a file", f"<= 20 ms: {verdict(each, 20)}"],
    ]
    return f"CPU time of `copier copy` on {machine()}\n\n{table(['model', 'measured', 'bar'], rows)}"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-", dir=memory()) as folder:
        try:
            print(report(Workspace(Path(folder))), end="")
        except BenchError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
