# Kept by the platform: docs/ownership.md says what that means.
"""Runs the commands of audit/audit.yml: what differs from language to language is in them, and nothing else is."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from engine.model import BrokenError, UnavailableError
from engine.settings import FILE, Settings

PATIENCE = 60.0  # seconds that a service may take to start, and any other hook to its end


class Hooks:
    """The hooks of one service. They run in its folder, in a shell, with the environment of the audit."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root, self.settings = root, settings

    def command(self, name: str) -> str:
        """Returns the command of a hook; Unavailable if the service has none."""
        try:
            return self.settings.hooks[name]
        except KeyError:
            raise UnavailableError(f"{FILE} has no hook {name}.") from None

    def ask(self, name: str, *words: str, environment: dict[str, str] | None = None) -> Any:
        """Runs a hook to its end and returns the JSON that it prints."""
        line = " ".join([self.command(name), *words])
        try:
            done = complete(line, self.root, PATIENCE, environment)
        except subprocess.TimeoutExpired:
            raise BrokenError(f"The hook {name} did not end within {PATIENCE:.0f} seconds.") from None
        if done.returncode:
            raise BrokenError(f"The hook {name} failed: {last(done.stderr)}")
        try:
            return json.loads(done.stdout)
        except ValueError:
            raise BrokenError(f"The hook {name} printed something that is not JSON: {done.stdout[:100]!r}.") from None

    def headers(self, identity: str, scopes: list[str], environment: dict[str, str]) -> dict[str, str] | None:
        """Asks for the headers of an identity; None if the service knows no such identity."""
        found = self.ask("token", identity, *scopes, environment=environment)
        if found is None:
            return None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise BrokenError("The hook token must print a JSON object of headers, each a text, or null.")
        return found

    def listed(self, name: str, *members: str) -> list[dict[str, str]]:
        """Runs a hook that prints a list of objects, and returns these members of each."""
        found = self.ask(name)
        fit = isinstance(found, list) and all(isinstance(each, dict) and each.keys() >= {*members} for each in found)
        if not fit:
            told = f"{', '.join(members[:-1])} and {members[-1]}"
            raise BrokenError(f"The hook {name} must print a JSON list of objects with {told}.")
        return [{member: str(each[member]) for member in members} for each in found]

    @contextlib.contextmanager
    def up(self, environment: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Starts the service; yields what the hook says of it, and ends it by SIGTERM."""
        with tempfile.TemporaryFile("w+") as said:
            running = subprocess.Popen(
                f"exec {self.command('up')}",
                shell=True,
                cwd=self.root,
                env={**os.environ, **environment},
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                start_new_session=True,
            )
            try:
                yield self._told(running, said)
            finally:
                end(running)

    def _told(self, running: subprocess.Popen[str], said: IO[str]) -> dict[str, Any]:
        line = first_line(running)
        try:
            told = json.loads(line)
        except ValueError:
            end(running)
            said.seek(0)
            raise BrokenError(
                f"The service does not start: {last(said.read()) or last(line) or 'the hook up said nothing'}"
            ) from None
        if not isinstance(told, dict) or not isinstance(told.get("base_url"), str):
            raise BrokenError("The hook up must print a JSON object with base_url in one line.")
        return told


def complete(
    command: str | list[str], folder: Path, patience: float, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, a text in a shell. Whatever ends it, all that it started ends as well."""
    with subprocess.Popen(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            said, complained = running.communicate(timeout=patience)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, running.returncode, said, complained)


def first_line(running: subprocess.Popen[str]) -> str:
    """Waits for the first line, the end of the process, or the end of patience."""
    assert running.stdout is not None
    deadline = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        selector.register(running.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if selector.select(timeout=0.2):
                return running.stdout.readline()
            if running.poll() is not None:
                return ""
    return ""


def end(running: subprocess.Popen[str]) -> None:
    """Ends what was started, and all that it started."""
    if running.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(timeout=30)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    if running.stdout:
        running.stdout.close()


def last(text: str) -> str:
    """Returns the last line of what a program said, short enough for a sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
