"""A service as its audit meets it: a folder that a test may break, and what `audit.py` says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEFT_OUT = shutil.ignore_patterns(".git", ".local", ".venv")
PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Said:
    """What one run of the audit said."""

    code: int
    out: str
    err: str
    report: dict[str, Any]  # audit.json; empty if none was written

    @property
    def checks(self) -> dict[str, dict[str, Any]]:
        """What came of each check, by its name."""
        return {check["id"]: check for item in self.report.get("items", []) for check in item["checks"]}

    @property
    def states(self) -> dict[str, str]:
        """The state of each item."""
        return {item["id"]: item["state"] for item in self.report.get("items", [])}

    @property
    def findings(self) -> list[tuple[str, dict[str, Any]]]:
        """All findings, each with the name of its check."""
        return [(name, finding) for name, check in self.checks.items() for finding in check["findings"]]

    def found(self, check: str) -> list[dict[str, Any]]:
        """What a check has found."""
        return list(self.checks[check]["findings"])


@dataclass(frozen=True, slots=True)
class Audited:
    """A service that has an audit.

    Attributes:
        environment: What commands get beside the environment of this process.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def audit(self, *words: str, **environment: str) -> Said:
        """Run the audit; `audit.json` and the others are in the folder `reports` then."""
        reports = self.folder / ".local" / "reports"
        shutil.rmtree(reports, ignore_errors=True)
        done = self.call(*words, "--out", str(reports), **environment)
        file = reports / "audit.json"
        report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return Said(done.returncode, done.stdout, done.stderr, report)

    def call(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the audit with these words and no other ones."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MAKE"))}
        return subprocess.run(
            ["uv", "run", "--quiet", "--script", ".audit/audit.py", *words], cwd=self.folder, check=False, text=True,
            env=kept | dict(self.environment) | environment, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )  # fmt: skip

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that is there, once or several times."""
        before = self.read(name)
        assert old in before, f"{name} does not have {old!r}"
        self.write(name, before.replace(old, new))

    def files(self, pattern: str) -> Iterator[str]:
        """The names of the files that fit a pattern."""
        return (file.relative_to(self.folder).as_posix() for file in sorted(self.folder.glob(pattern)))


def duplicate(service: Path, folder: Path, python: Path, environment: Mapping[str, str]) -> Audited:
    """A copy without what is large; what has been built is linked, and compiled Python is shared."""
    shutil.copytree(service, folder, ignore=LEFT_OUT)
    (folder / ".local" / "bin").mkdir(parents=True)
    (folder / ".local" / "python").symlink_to(python)
    for built in (service / ".local" / "bin").glob("*"):
        os.link(built, folder / ".local" / "bin" / built.name)
    return Audited(folder, environment)
