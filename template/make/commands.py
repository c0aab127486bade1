# Kept by the platform: docs/ownership.md says what that means.
"""Runs git, Copier and make, and refuses in a sentence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from warnings import catch_warnings


class RefusalError(Exception):
    """A sentence that says what is wrong and what to do."""


def git(folder: Path, *arguments: str, given: str | None = None) -> str:
    """Returns what git prints."""
    return run(folder, "git", *arguments, given=given)


def run(folder: Path, *command: str | Path, given: str | None = None) -> str:
    """Returns what a command prints; refuses with the last line of what it complains about."""
    try:
        done = subprocess.run(command, cwd=folder, input=given or "", capture_output=True, text=True, check=False)
    except OSError as error:
        raise RefusalError(f"{command[0]} cannot be run: {error.strerror}.") from error
    if done.returncode:
        raise RefusalError(reason(done.stderr) or f"{' '.join(map(str, command))} failed.")
    return done.stdout


def reason(complaint: str) -> str:
    """Returns the line that says what is wrong."""
    lines = [line.strip(" |\t") for line in complaint.splitlines() if line.strip(" |\t")]
    fatal = [line.partition("fatal: ")[2] for line in lines if "fatal: " in line]
    return (fatal or lines or [""])[-1]


def run_copier(operation: str, folder: Path, version: str, **options: Any) -> None:
    """Runs Copier without a question; in this process, so that all runs share what it makes of the templates."""
    given = {"vcs_ref": version, "defaults": True, "overwrite": True, "unsafe": True, "quiet": True, **options}
    try:
        import copier  # noqa: PLC0415 - half a second, which a refusal does not wait for

        with catch_warnings(action="ignore"):
            getattr(copier, f"run_{operation}")(folder, **given)
    except OSError:
        raise
    except Exception as error:
        told = reason(str(error))
        raise RefusalError(told if " " in told else f"copier {operation} failed: {error!r}.") from error


def environment() -> dict[str, str]:
    """Returns the environment for a make of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
