"""Measures the processor time of `copier copy`, for the example model and fifty resources: medians of five runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from workspace import COPIER, ROOT, Workspace, copy_command, machine, table, tell, verdict

RUNS = 5
MODELS = ROOT / "tests" / "models"


@dataclass(frozen=True, slots=True)
class Copy:
    """One run of the command."""

    seconds: float
    files: int


def copy(workspace: Workspace, template: Path, model: Path, name: str) -> Copy:
    """Write a service, and count."""
    service = workspace.folder / name
    seconds = workspace.cpu(copy_command(template, service, "--data-file", model))
    return Copy(seconds, sum(path.is_file() for path in service.rglob("*")))


def measure(workspace: Workspace, template: Path, model: str) -> Copy:
    runs = [copy(workspace, template, MODELS / f"{model}.yml", f"{model}{number}") for number in range(RUNS)]
    return Copy(median(run.seconds for run in runs), runs[0].files)


def report(workspace: Workspace) -> str:
    template = workspace.template()
    bare = median(workspace.cpu([str(COPIER), "--version"]) for _ in range(RUNS))
    billing, fifty = (measure(workspace, template, model) for model in ("billing", "fifty"))
    each = fifty.seconds / fifty.files * 1000
    rows = [
        ["none: `copier --version`", f"{bare:.2f} s", "which every copy spends too"],
        ["billing", f"{billing.seconds:.2f} s", f"<= 2.5 s: {verdict(billing.seconds, 2.5)}"],
        ["billing", f"{billing.files} files", f"<= 300: {verdict(billing.files, 300)}"],
        ["fifty resources", f"{fifty.seconds:.2f} s, {fifty.files} files", ""],
        ["fifty resources", f"{each:.1f} ms a file", f"<= 20 ms: {verdict(each, 20)}"],
    ]
    return f"CPU time of `copier copy` on {machine()}\n\n{table(['model', 'measured', 'bar'], rows)}"


if __name__ == "__main__":
    tell(report)
