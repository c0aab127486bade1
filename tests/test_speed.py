"""What spares Copier work changes nothing of what it writes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from copier import run_copy
from copier._main import Worker

from tests.support import ROOT, Copy, commit, git, tree

SCRIPT = "make/environment.sh"
FILE_MODE = re.compile(r"core\.filemode", re.IGNORECASE)


def test_git_is_asked_once_whether_it_keeps_modes(copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copier asks after every file, and that took a third of the time of a copy."""
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE", str(trace))
    copy()
    asked = [line for line in trace.read_text(encoding="utf-8").splitlines() if FILE_MODE.search(line)]
    assert len(asked) == 1


def test_an_executable_is_one_where_git_does_not_keep_modes(template: Path, tmp_path: Path) -> None:
    """On Windows only the index can say so."""
    release, service = tmp_path / "template", tmp_path / "service"
    git(tmp_path, "clone", "--quiet", str(template), str(release))
    run_copy(str(release), service, defaults=True, unsafe=True, quiet=True)
    git(commit(service), "config", "core.fileMode", "false")
    (release / "template" / f"{SCRIPT}.jinja").chmod(0o755)
    commit(release, "v9999.1.0")
    run_copy(str(release), service, defaults=True, overwrite=True, unsafe=True, quiet=True)
    assert git(service, "ls-files", "--stage", SCRIPT).startswith("100755 ")


def test_a_path_without_a_template_is_not_rendered(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copier gathers all answers for each, and that took a quarter of the time of a copy."""
    contexts = 0
    gather = Worker._render_context

    def count(worker: Worker) -> Any:
        nonlocal contexts
        contexts += 1
        return gather(worker)

    monkeypatch.setattr(Worker, "_render_context", count)
    service = copy()
    assert contexts < 4 * len(tree(service))


def test_an_answers_file_whose_name_is_a_template_gets_that_name(template: Path, tmp_path: Path) -> None:
    """The platform's `copier copy --answers-file` may say so."""
    name = ".answers-{{ 'of' }}.yml"
    run_copy(str(template), tmp_path, answers_file=name, defaults=True, unsafe=True, quiet=True)
    assert (tmp_path / ".answers-of.yml").is_file()


ELSEWHERE = """
import importlib, sys
import blueprint.speed
sys.modules["copier._main"] = None  # to import it fails
reloaded = importlib.reload(blueprint.speed)
reloaded.ask_git_once()
reloaded.render_only_templates()
"""


def test_a_copier_that_has_it_elsewhere_is_left_alone() -> None:
    """No later version of Copier is broken by what makes this one faster."""
    command, extensions = [sys.executable, "-c", ELSEWHERE], ROOT / "extensions"
    done = subprocess.run(command, cwd=extensions, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
