"""What spares Copier work changes nothing of what it writes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
from blueprint import speed
from copier import run_copy
from copier._jinja_ext import get_yield_context
from copier._main import Worker
from jinja2 import Environment

from tests.support import ANSWERS, ROOT, Copy, commit, git, tree

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


def test_the_templates_of_an_engine_are_compiled_once(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update writes three services, and took a third longer when it compiled for each."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    monkeypatch.setattr(jinja2, "compiled_once", {}, raising=False)
    compiled = []
    compile_ = Environment.compile

    def count(environment: Environment, *arguments: Any) -> Any:
        code = compile_(environment, *arguments)
        compiled.append(arguments[:2])
        return code

    monkeypatch.setattr(Environment, "compile", count)
    first, once = copy(name="first"), len(compiled)
    second = copy(name="second")
    assert (len(compiled), len(set(compiled))) == (once, once)
    assert tree(first) == tree(second)


def test_what_one_engine_compiled_is_not_used_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jinja applies a filter to a constant when it compiles, and a release may change the filter."""

    def written(engine: str) -> str:
        monkeypatch.setattr(speed, "_engine", lambda: engine)
        environment = Environment(autoescape=True)
        environment.filters["signed"] = lambda text: text + engine
        speed.compile_once(environment)
        return environment.from_string("{{ 'by ' | signed }}").render()

    assert [written("one"), written("two"), written("one")] == ["by one", "by two", "by one"]


@pytest.mark.parametrize(
    "file", ["copier.yml", "extensions/blueprint/filters.py", "extensions/pieces/docs/none_yet.md"]
)
def test_an_engine_is_another_once_a_file_of_it_changes(
    file: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is not the text of a template counts."""
    git(tmp_path, "clone", "--quiet", str(template), "release")
    monkeypatch.setattr(speed, "ENGINE", tmp_path / "release" / "extensions")
    before = speed._engine()
    (tmp_path / "release" / "README.md").write_text("Another.", encoding="utf-8")
    assert speed._engine() == before
    (tmp_path / "release" / file).write_text("Another.", encoding="utf-8")
    assert speed._engine() != before


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


def test_a_path_without_a_template_yields_nothing(template: Path, tmp_path: Path) -> None:
    """Else a folder below one that is written for each resource would be written for each of them again."""
    with Worker(src_path=str(template), dst_path=tmp_path, unsafe=True) as worker:
        yielded = get_yield_context(worker.jinja_env)
        yielded.yield_name = "resource"
        assert worker._render_string("plain") == "plain"
        after = [yielded.yield_name]
        yielded.yield_name = "resource"
        assert worker.answers_relpath.name == ANSWERS
        after.append(yielded.yield_name)
    assert after == [None, None]


def test_an_answers_file_whose_name_is_a_template_gets_that_name(template: Path, tmp_path: Path) -> None:
    """The platform's `copier copy --answers-file` may say so."""
    name = ".answers-{{ 'of' }}.yml"
    run_copy(str(template), tmp_path, answers_file=name, defaults=True, unsafe=True, quiet=True)
    assert (tmp_path / ".answers-of.yml").is_file()


class Original:
    """What the engine replaces of Copier."""

    def _sync_git_index_executable_bit(self, path: Path) -> None:
        """Ask git."""

    def _render_string(self, string: str) -> str:
        return string

    @property
    def answers_relpath(self) -> Path:
        return Path()


def test_a_release_replaces_what_another_has_put_in_the_way() -> None:
    """An update has the engine of two releases in one process: a mistake of the old one must not stay."""

    class Patched(Original):
        pass

    for _ in range(2):
        speed.ask_git_once(Patched)
        speed.render_only_templates(Patched)
    assert vars(Patched)["_sync_git_index_executable_bit"].__wrapped__ is Original._sync_git_index_executable_bit
    assert vars(Patched)["_render_string"].__wrapped__ is Original._render_string
    assert vars(Patched)["answers_relpath"].fget.__wrapped__ is vars(Original)["answers_relpath"].fget


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
