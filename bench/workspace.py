"""What the measurements share: a committed copy of the template, the command that writes a service, tables."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.memory import place

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"
COPIER = Path(sys.executable).with_name("copier")
VERSION = "v9999.0.0"


def memory() -> str | None:
    """Where to measure: in memory where there is room, as a disk is not what is measured."""
    return place(4 * 2**30)


class BenchError(Exception):
    """Something did not work; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder of our own, and an environment without the settings of the person who measures."""

    folder: Path
    environment: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "settings.yml").write_text("{}\n")
        (self.folder / "gitconfig").write_text("[user]\nname = Bench\nemail = bench@example.com\n")
        settings = {
            "COPIER_SETTINGS_PATH": str(self.folder / "settings.yml"),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "DATABASE_SERVER": "embedded",
            "TMPDIR": str(self.folder),
        }
        object.__setattr__(self, "environment", {**os.environ, **settings})

    def run(self, command: Sequence[str | Path], cwd: Path, **more: str) -> str:
        """The output of a command; an error if it fails."""
        words, environment = [str(word) for word in command], {**self.environment, **more}
        done = subprocess.run(words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"`{' '.join(words)}` failed:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def cpu(self, command: Sequence[str]) -> float:
        """How many seconds of the processors a command and all that it starts (git) take, as the kernel counts them."""
        null = subprocess.DEVNULL
        child = subprocess.Popen(command, env=self.environment, stdin=null, stdout=null, cwd=self.folder)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise BenchError(f"`{' '.join(command)}` failed.")
        return usage.ru_utime + usage.ru_stime

    def commit(self, folder: Path, tag: str) -> None:
        """Put all that is in a folder into a new repository."""
        for arguments in (["init"], ["add", "--all"], ["commit", "--message", tag], ["tag", tag]):
            self.run(["git", *arguments], folder)

    def template(self) -> Path:
        """The template as it stands in the working tree, as a repository with a version."""
        listed = self.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT)
        copied = self.folder / "template"
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (copied / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copied / name)
        self.commit(copied, VERSION)
        return copied


def tell(report: Callable[[Workspace], str]) -> None:
    """Print what a report measures in a folder of its own; a sentence and exit code 1 if something did not work."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=memory()) as folder:
        try:
            print(report(Workspace(Path(folder))), end="")
        except BenchError as error:
            sys.exit(str(error))


def copy_command(template: Path, service: Path, *arguments: str | Path) -> list[str]:
    """The command that writes a service, as a person would give it."""
    words = [COPIER, "copy", "--quiet", "--trust", "--defaults", *arguments, template, service]
    return [str(word) for word in words]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all but the first column hold numbers."""
    lines = [head, ["---", *["---:" for _ in head[1:]]], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def verdict(value: float, bar: float, *, at_least: bool = False) -> str:
    """Whether a number meets its bar."""
    return "yes" if (value >= bar if at_least else value <= bar) else "NO"


def machine() -> str:
    """What the numbers were measured on, as far as they depend on it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores ({names[0] if names else 'unknown'})"
