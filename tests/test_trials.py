"""Random trials: whatever a team edits and a release changes, nothing is lost; `make trials` runs hundreds."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.releases import Outcome, Platform
from tests.service import Service, lend_tools
from tests.support import commit, git, tree
from tests.trials import GROWTH, Trial, edit, grow, release

FIRST = int(os.environ.get("SEED", "1"))
TRIALS = int(os.environ.get("TRIALS", "20"))
LONG = "TRIALS" in os.environ
PSQL = "uv run --quiet --script make/database.py psql"
ROWS = f"""{PSQL} "$DATABASE_URL" -Atc 'select count(*), max(number) from invoices'"""

FIELDS = ("an optional field", "a field with a default", "a filter", "an order", "a field less")


def migrations(trial: Trial) -> dict[str, bytes]:
    return {name: text for name, text in tree(trial.team.folder).items() if name.startswith("db/migrations/")}


def check(trial: Trial, outcome: Outcome, before: dict[str, bytes]) -> None:
    """No conflict, no lost edit, no changed migration; what is left to do is a file that was kept."""
    story = "\n".join([*trial.log, outcome.said])
    assert "Traceback" not in outcome.said, story
    assert git(trial.team.folder, "diff", "--name-only", "--diff-filter=U") == "", story
    assert outcome.code == 0 or "as .kept" in outcome.said, story
    everything = b"\n".join(tree(trial.team.folder).values()).decode(errors="replace")
    assert [mark for mark in trial.marks if mark not in everything] == [], story
    after = migrations(trial)
    assert {name: after.get(name) for name in before} == before, story


def begun(seed: int, template: Path, folder: Path) -> Trial:
    platform = Platform.of(template, folder / "platform")
    return Trial(platform, platform.service(folder / "service"), Random(seed), log=[f"seed {seed}"])


def live(trial: Trial, *, without: tuple[str, ...] = ()) -> None:
    """Some edits, then a release or a grown model."""
    edit(trial)
    before = migrations(trial)
    if trial.random.random() < 0.6:
        release(trial)
        outcome = trial.team.make("update")
    else:
        grow(trial, without=without)
        outcome = trial.team.make("model")
    check(trial, outcome, before)
    commit(trial.team.folder)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + TRIALS))
def test_a_year_in_the_life_of_a_service(seed: int, template: Path, tools: Service, tmp_path: Path) -> None:
    """Whatever comes: once, or with every fourth seed several times in a row.

    In the long run each is built as well, unless a field has gone that its module still has: that is left to the team.
    """
    trial = begun(seed, template, tmp_path)
    for _ in range(1 if seed % 4 else 3):
        live(trial)
    if LONG and "the model gets a field less" not in trial.log:
        service = Service(trial.team.folder)
        lend_tools(tools, service)
        try:
            service.make("tidy")  # which makes the code that is missing
            service.run("go", "vet", "./...")
        except AssertionError as error:
            error.add_note("\n".join(trial.log))
            raise


@pytest.mark.parametrize("seed", range(FIRST, FIRST + max(1, TRIALS // 30)))
def test_after_its_year_a_service_builds_migrates_and_passes(
    seed: int, template: Path, tools: Service, tmp_path: Path
) -> None:
    """The rows of its database are still there. New fields come last: they are not whole before the team writes them
    into its module, but they are built and migrated."""
    trial = begun(-seed, template, tmp_path)
    service = Service(trial.team.folder)
    lend_tools(tools, service)
    try:
        service.make("seed")
        rows = service.shell(ROWS)
        for _ in range(3):
            live(trial, without=FIELDS)
        service.make("generate", "tidy", "migrate")
        service.shell("go test ./... && cd platform && go build ./...")
        grow(trial, without=tuple(set(GROWTH) - set(FIELDS[:-1])))
        assert trial.team.make("model").code == 0
        service.make("generate", "tidy", "migrate")
        service.shell("go vet ./...")
        assert service.shell(ROWS) == rows
    except AssertionError as error:
        error.add_note("\n".join(trial.log))
        raise
    finally:
        service.clean()
