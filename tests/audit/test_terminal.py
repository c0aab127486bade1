"""Colour and progress are for people; whatever reads a file or a pipe gets neither."""

from __future__ import annotations

import pexpect
import pytest

from tests.auditing import Audited

COLOUR, PROGRESS = "\033[32m", "\r\033[K"
COMMAND = "uv run --quiet --script .audit/audit.py static --only layout"


@pytest.mark.parametrize(
    ("redirect", "colour", "progress"),
    [
        ("", True, True),
        (" 2>/dev/null", True, False),
        (" | cat", False, True),
        (" >/dev/null 2>&1; echo", False, False),
    ],
    ids=["terminal", "stdout only", "stderr only", "neither"],
)
def test_colour_and_progress_are_for_terminals(healthy: Audited, redirect: str, colour: bool, progress: bool) -> None:
    """The one where the table goes, the other where words for people go."""
    spawned = pexpect.spawn(
        "bash", ["-c", f"{COMMAND}{redirect}"], cwd=str(healthy.folder), timeout=60, encoding="utf-8"
    )
    shown = spawned.read()
    spawned.close()
    assert (COLOUR in shown, PROGRESS in shown) == (colour, progress), repr(shown)


def test_without_a_terminal_there_is_neither(healthy: Audited) -> None:
    """Logs hold what was said and nothing else."""
    said = healthy.audit("static", "--only", "layout")
    assert "\033" not in said.out + said.err
    assert said.err == ""
