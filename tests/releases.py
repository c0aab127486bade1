"""A platform with releases, and a service that its team has edited: what tests of updates need."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import yaml

from tests.support import ROOT, commit, copier, git, write

# What makes a service small.
SINGLE = f"resources={ROOT / 'tests' / 'models' / 'single.yml'}"
STUB = """#!/bin/sh
echo "stub: $*"
[ -z "$STUB_RUNS" ] || sh -c "$STUB_RUNS"
[ -z "$STUB_STARTS" ] || { mkdir -p "${STUB_STARTS%/*}" && touch "$STUB_STARTS"; }
exit "${STUB_CODE:-0}"
"""
DOCKER = """#!/bin/sh
[ -z "$STUB_DOCKER" ] || echo "$*" >>"$STUB_DOCKER"
"""


@dataclass(frozen=True, slots=True)
class Platform:
    """A repository of the template with releases of its own."""

    folder: Path

    @classmethod
    def of(cls, template: Path, folder: Path) -> Platform:
        """A clone whose only release is v1.0.0."""
        git(folder.parent, "clone", "--quiet", str(template), str(folder))
        for tag in git(folder, "tag").split():
            git(folder, "tag", "--delete", tag)
        git(folder, "tag", "v1.0.0")
        return cls(folder)

    def release(self, version: str, edits: Mapping[str, str | None] | None = None) -> None:
        """Tag a version in which files have another text, or are gone."""
        for name, text in (edits or {}).items():
            if text is None:
                (self.folder / name).unlink()
            else:
                write(self.folder, {name: text})
        commit(self.folder, version)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def service(self, folder: Path, *arguments: str) -> Team:
        """A committed service of the newest release."""
        done = copier("copy", "--quiet", "--trust", "--defaults", *arguments, self.folder, folder, cwd=folder.parent)
        assert done.returncode == 0, done.stderr
        return Team(commit(folder))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    said: str


@dataclass(frozen=True, slots=True)
class Team:
    """A service and those who work on it."""

    folder: Path

    def of(self, platform: Platform, folder: Path) -> Team:
        """The same service, as if it came from another clone of the platform."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns(".git"))
        source = f"_src_path: {yaml.safe_load(self.text('.copier-answers.yml'))['_src_path']}\n"
        answers = (folder / ".copier-answers.yml").read_text(encoding="utf-8")
        assert source in answers
        write(folder, {".copier-answers.yml": answers.replace(source, f"_src_path: {platform.folder}\n")})
        return Team(commit(folder))

    def edit(self, files: Mapping[str, str | None]) -> None:
        """Commit files that have another text, or are gone."""
        for name, text in files.items():
            if text is None:
                (self.folder / name).unlink()
            else:
                write(self.folder, {name: text})
        commit(self.folder)

    def add(self, name: str, line: str) -> None:
        """Commit one more line at the end of a file."""
        self.edit({name: self.text(name) + line + "\n"})

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def make(self, *arguments: str, **environment: str) -> Outcome:
        """Run `make`, which only says what it would make in the copy: that takes long, and is tested elsewhere."""
        stubs = self.folder.parent / "stubs"
        if not stubs.exists():
            write(stubs, {"make": STUB, "docker": DOCKER})
            for stub in stubs.iterdir():
                stub.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}
        search = {"PATH": f"{stubs}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            [str(which("make")), *arguments], cwd=self.folder, env=kept | search | environment, text=True, timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout)

    def state(self) -> tuple[str, str, str]:
        """What must be as before when a command has failed: files, branches, worktrees."""
        status, branches = git(self.folder, "status", "--porcelain"), git(self.folder, "branch", "-v")
        return status, branches, git(self.folder, "worktree", "list")
