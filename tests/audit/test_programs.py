"""What the audit starts ends with it, and so does what that has started in turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from engine import hooks
from engine.hooks import Hooks
from engine.model import BrokenError
from engine.settings import Settings

from tests.support import ROOT

SLEEPS = "sh -c 'echo $$ >child; exec sleep 300'; true"  # the shell of the hook waits for a child
STOPPED = """
import signal, sys
from pathlib import Path
from engine.hooks import Hooks
from engine.settings import Settings
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
Hooks(Path.cwd(), Settings(hooks={"routes": sys.argv[1]})).ask("routes")
"""
MIGRATES = """
import sys
from pathlib import Path
from types import SimpleNamespace
from migrations import kind
kind.TIMEOUT = 0.5
print(list(kind._call(SimpleNamespace(root=Path.cwd(), service={"empty": {"up": sys.argv[1]}}), "up", 2)))
"""
AUDIT = os.environ | {"PYTHONPATH": str(ROOT / "template" / ".audit"), "PYTHONDONTWRITEBYTECODE": "1"}


def test_a_hook_that_is_given_up_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on sending requests to whoever has the port by then."""
    monkeypatch.setattr(hooks, "PATIENCE", 0.5)
    with pytest.raises(BrokenError, match="The hook routes did not end within"):
        Hooks(tmp_path, Settings(hooks={"routes": SLEEPS})).ask("routes")
    assert ends(tmp_path)


def test_an_audit_that_is_stopped_stops_what_it_waits_for(tmp_path: Path) -> None:
    """By SIGTERM, as CI does."""
    running = subprocess.Popen([sys.executable, "-c", STOPPED, SLEEPS], cwd=tmp_path, env=AUDIT)
    assert until(lambda: (tmp_path / "child").exists() and (tmp_path / "child").read_text() != "")
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 143
    assert ends(tmp_path)


def test_a_migration_that_does_not_end_is_found(tmp_path: Path) -> None:
    """An audit that waits for ever tells nothing."""
    done = subprocess.run(
        [sys.executable, "-c", MIGRATES, SLEEPS], cwd=tmp_path, env=AUDIT, capture_output=True, text=True, timeout=20
    )
    assert done.stdout == "[('D6.command', 'migrate up', 'does not end within 0.5 seconds', '')]\n", done.stderr
    assert ends(tmp_path)


def ends(folder: Path) -> bool:
    """Whether the child is gone; one that is not is ended here."""
    child = int((folder / "child").read_text())
    gone = until(lambda: not alive(child), 5)
    if not gone:
        os.kill(child, signal.SIGKILL)
    return gone


def alive(process: int) -> bool:
    """Whether it runs; one that nobody has asked for its end does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(holds: Callable[[], bool], patience: float = 20) -> bool:
    """Wait for it; whether it came."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
