"""What tests of the template have in common: git, the copier command, and small repositories."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml

ROOT = Path(__file__).parents[1]
COPIER = Path(sys.executable).with_name("copier")
VERSION = "v9999.0.0"
ANSWERS = ".copier-answers.yml"

Answers = Mapping[str, Any]


class Copy(Protocol):
    """Write a service from answers, and say where."""

    def __call__(self, answers: Answers | None = None, name: str = "service") -> Path: ...


class Update(Protocol):
    """Bring the newest template, and new answers, into a committed service."""

    def __call__(self, service: Path, answers: Answers | None = None) -> None: ...


def git(folder: Path, *arguments: str) -> str:
    """The output of a git command."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path, tag: str = "") -> Path:
    """Commit all that is in a folder, which becomes a repository if it is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", tag or "change")
    if tag:
        git(folder, "tag", tag)
    return folder


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def snapshot(folder: Path) -> Path:
    """A repository of its own with all that is in the working tree, committed and tagged as the newest version."""
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return commit(folder, VERSION)


def copier(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real command, without a terminal."""
    command = [str(COPIER), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


def recorded(service: Path) -> dict[str, Any]:
    """What the answers file of a service says."""
    answers: dict[str, Any] = yaml.safe_load((service / ANSWERS).read_text(encoding="utf-8"))
    return answers


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but git's own, by its path."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    paths = {file.relative_to(folder): file for file in files}
    return {path.as_posix(): file.read_bytes() for path, file in paths.items() if path.parts[0] != ".git"}
