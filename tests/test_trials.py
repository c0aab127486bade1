"""Random trials: whatever a team edits and a release changes, nothing is lost; `make trials` runs hundreds."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.releases import Outcome, Platform
from tests.support import commit, git, tree
from tests.trials import Trial, edit, grow, release

FIRST = int(os.environ.get("SEED", "1"))
TRIALS = int(os.environ.get("TRIALS", "20"))


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


@pytest.mark.parametrize("seed", range(FIRST, FIRST + TRIALS))
def test_a_year_in_the_life_of_a_service(seed: int, template: Path, tmp_path: Path) -> None:
    """Some edits, then a release or a grown model, and that again."""
    platform = Platform.of(template, tmp_path / "platform")
    trial = Trial(platform, platform.service(tmp_path / "service"), Random(seed), log=[f"seed {seed}"])
    for _ in range(trial.random.randint(1, 2)):
        edit(trial)
        before = migrations(trial)
        if trial.random.random() < 0.6:
            release(trial)
            outcome = trial.team.make("update")
        else:
            grow(trial)
            outcome = trial.team.make("model")
        check(trial, outcome, before)
        commit(trial.team.folder)
