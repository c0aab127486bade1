"""Every combination of answers, and every answer with every model of tests/models: whole, and the same every time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml
from allpairspy import AllPairs
from copier import run_copy
from copier._main import Worker

from tests.combinations import COMBINATIONS, KEYS, PAIRWISE, answers_of, label, offered
from tests.service import Service
from tests.support import ROOT, Answers, Copy, Update, commit, git, recorded, tree

MODELS = sorted((ROOT / "tests" / "models").glob("*.yml"))
GOFMT = shutil.which("gofmt")
LEFT_OVER = re.compile(r"(?<!\$){{ [^{}]* }}|{%[-+]?\s*\w|{#[-\s]")
PARSERS: dict[str, Callable[[str], object]] = {
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".json": json.loads,
    ".toml": tomllib.loads,
}


# Every answer with every other answer, and with every model.
CASES = [(dict(zip(KEYS, answers, strict=True)), model) for *answers, model in AllPairs([*map(offered, KEYS), MODELS])]


def name(case: tuple[Answers, Path]) -> str:
    return f"{label(case[0])}-{case[1].stem}"


@dataclass
class Rendering:
    """A service, and which template wrote which of its files, in the order of writing."""

    service: Path
    written: list[tuple[Path, Path]] = field(default_factory=list)

    def files(self) -> Iterator[tuple[Path, Path]]:
        return ((source, self.service / target) for source, target in self.written)


def render(template: Path, folder: Path, answers: Answers) -> Rendering:
    """Copy in this process, noting what is written; the clock stands still."""
    rendering = Rendering(folder)
    write = Worker._render_file

    def note(worker: Worker, source: Path, target: Path, extra_context: dict[str, Any] | None = None) -> None:
        rendering.written.append((source, target))
        write(worker, source, target, extra_context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767225600")
        patch.setattr(Worker, "_render_file", note)
        patch.setattr("copier._main.is_git_available", lambda: False)  # it saves a process for every file written
        run_copy(str(template), folder, dict(answers), defaults=True, unsafe=True, quiet=True)
    return rendering


@pytest.fixture(scope="module", params=CASES, ids=name)
def case(request: pytest.FixtureRequest) -> tuple[Answers, Path]:
    chosen: tuple[Answers, Path] = request.param
    return chosen


@pytest.fixture(scope="module")
def rendering(case: tuple[Answers, Path], template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rendering:
    return render(template, tmp_path_factory.mktemp("render") / "service", answers_of(*case))


def test_no_path_is_written_twice(rendering: Rendering) -> None:
    """Two layers that own one path would overwrite each other without a word in an update."""
    targets = [target for _, target in rendering.written]
    assert len(targets) == len(set(targets))


def test_no_braces_are_left_over(rendering: Rendering) -> None:
    """What a template prints is final."""
    for source, file in rendering.files():
        assert "{" not in file.relative_to(rendering.service).as_posix()
        if source.suffix == ".jinja":
            found = LEFT_OVER.search(file.read_text(encoding="utf-8"))
            assert found is None, (file, found)


def test_every_data_file_parses(rendering: Rendering) -> None:
    """YAML, JSON and TOML are what their names say."""
    for _, file in rendering.files():
        if file.suffix in PARSERS:
            PARSERS[file.suffix](file.read_text(encoding="utf-8"))


def test_every_text_ends_with_one_line_break(rendering: Rendering) -> None:
    """A missing one conflicts with the first line a team adds; a second one is noise."""
    for _, file in rendering.files():
        text = file.read_bytes()
        assert not text or (text.endswith(b"\n") and not text.endswith(b"\n\n")), file


@pytest.mark.skipif(not GOFMT, reason="gofmt is not installed")
def test_go_is_what_gofmt_would_write(rendering: Rendering) -> None:
    """Else the team's first save would touch every file, and every later update would conflict."""
    result = subprocess.run([str(GOFMT), "-l", str(rendering.service)], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("", "")


# What depends on the machinery and not on the model is seen on three: everything, the usual, nothing.
THREE = [ROOT / "tests" / "models" / f"{model}.yml" for model in ("everything", "billing", "empty")]
SOME = list(zip(PAIRWISE, THREE, strict=False))


@pytest.mark.parametrize("case", SOME, ids=name)
def test_a_second_time_gives_the_same(case: tuple[Answers, Path], template: Path, tmp_path: Path) -> None:
    """Nothing random, no date, no path of this machine: whatever differs would conflict in every update."""
    one, two = (
        render(template, tmp_path / place / "service", answers_of(*case)).service for place in ("here", "there")
    )
    assert tree(one) == tree(two)


@pytest.mark.parametrize("case", SOME, ids=name)
def test_an_update_to_the_same_version_changes_nothing(case: tuple[Answers, Path], copy: Copy, update: Update) -> None:
    """The answers file holds all that shapes a service, `applied` included."""
    service = commit(copy(answers_of(*case)))
    update(service)
    assert git(service, "status", "--porcelain") == ""


@pytest.mark.parametrize("case", list(zip(cycle(PAIRWISE), MODELS, strict=False)), ids=name)
def test_the_audit_finds_nothing_in_what_is_written(case: tuple[Answers, Path], template: Path, tmp_path: Path) -> None:
    """The contract, the migrations and the layout of every model are in order before anything is built."""
    written = Service(render(template, tmp_path / "service", answers_of(*case)).service)
    audit = (".audit/audit.py", "static", "--only", "contract,layout,migration-text,squawk")
    report = written.run("uv", "run", "--quiet", "--script", *audit)
    assert " PASS of " in report


def test_every_template_is_of_use(template: Path, tmp_path: Path) -> None:
    """A path that renders to nothing everywhere is dead, or hides a misspelt variable."""
    used = set[Path]()
    nothing = (PAIRWISE[0], THREE[-1])  # neither a resource nor an account
    for number, case in enumerate([*zip(PAIRWISE, cycle(THREE), strict=False), nothing]):
        used |= {source for source, _ in render(template, tmp_path / str(number), answers_of(*case)).written}
    assert {file.relative_to(template) for file in (template / "template").rglob("*") if file.is_file()} == used


DESCRIPTION = (
    """It's "good": {{ 7*7 }} {% if x %} ${{ y }} `$(rm -rf /)` $HOME \\n 'a' <b> & | # - [x](y)
--- second: line
\tmigrate:up 🎉 日本語 \u2028 *x* %s"""
    + "long " * 2_000
)


@pytest.mark.parametrize("answers", COMBINATIONS, ids=label)
def test_any_description_survives(template: Path, tmp_path: Path, answers: Answers) -> None:
    """Quotes, line breaks, template and shell syntax, any script, ten thousand letters."""
    rendering = render(template, tmp_path / "service", {**answers, "resources": "example", "description": DESCRIPTION})
    assert recorded(rendering.service)["description"] == DESCRIPTION
    test_every_data_file_parses(rendering)
    if GOFMT:
        test_go_is_what_gofmt_would_write(rendering)
