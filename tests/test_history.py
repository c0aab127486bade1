"""What a template may change over the years: choices and questions that retire, names, the format of the memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from blueprint import formats
from blueprint.errors import ModelError

from tests.releases import Platform
from tests.support import ANSWERS, commit, copier, git, recorded

QUESTIONS = "copier.yml"
OPEN = '    "None: whoever reaches the service may do everything": none\n'
RETIRED = """    "None: whoever reaches the service may do everything":
      value: none
      validator: "{% if auth | default('') != 'none' %}No longer offered.{% endif %}"
"""


def retire(platform: Platform) -> None:
    text = platform.text(QUESTIONS)
    assert OPEN in text
    platform.release("v1.1.0", {QUESTIONS: text.replace(OPEN, RETIRED)})


def test_who_has_a_retired_choice_keeps_it_and_can_leave_it(platform: Platform, tmp_path: Path) -> None:
    """Dropping the choice would reset the answer, or strand the service."""
    team = platform.service(tmp_path / "service", "--data", "auth=none")
    retire(platform)
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert recorded(team.folder)["auth"] == "none"
    commit(team.folder)
    assert team.make("answer", "auth=api_key").code == 0
    commit(team.folder)
    back = team.make("answer", "auth=none")
    assert back.code != 0
    assert "auth: 'none' is no longer offered; choose from api_key" in back.said


def test_a_new_service_cannot_have_a_retired_choice(platform: Platform, tmp_path: Path) -> None:
    """One sentence, and nothing is written."""
    retire(platform)
    done = copier("copy", "--trust", "--defaults", "-d", "auth=none", platform.folder, tmp_path / "new", cwd=tmp_path)
    assert done.returncode != 0
    assert "auth: 'none' is no longer offered" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "new").exists()


def test_a_renamed_question_keeps_its_answer(platform: Platform, tmp_path: Path) -> None:
    """Its new name has the old one as default."""
    team = platform.service(tmp_path / "service", "--data", "owner=@acme/money")
    edits: dict[str, str | None] = {}
    for name in git(platform.folder, "ls-files", "template").splitlines():
        file = platform.folder / name.strip('"')
        if file.suffix == ".jinja" and re.search(r"{{ owner\b", text := file.read_text(encoding="utf-8")):
            edits[name] = text.replace("{{ owner", "{{ handle")
    assert edits
    questions = (
        platform.text(QUESTIONS)
        .replace("\nowner:\n", "\nhandle:\n")
        .replace("owner | check('owner')", "handle | check('handle')")
    )
    edits[QUESTIONS] = questions.replace(
        'default: "@acme/{{ service_name }}"', """default: "{{ owner | default('@acme/' ~ service_name) }}\""""
    )
    wording = "extensions/blueprint/wording.py"
    edits[wording] = platform.text(wording).replace('"owner": _owner', '"handle": _owner')
    platform.release("v1.1.0", edits)
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    answers = recorded(team.folder)
    assert (answers["handle"], "owner" in answers) == ("@acme/money", False)
    assert "@acme/money" in team.text(".github/CODEOWNERS")


def test_a_retired_question_goes_from_the_answers(platform: Platform, tmp_path: Path) -> None:
    """What it asked is decided now; nobody who was asked is refused."""
    team = platform.service(tmp_path / "service")
    text = platform.text(QUESTIONS)
    begin, end = text.index("\ncache:\n"), text.index("\napis:\n")
    context = "extensions/blueprint/context.py"
    edits: dict[str, str | None] = {QUESTIONS: text[:begin] + text[end:]}
    edits[context] = platform.text(context).replace('"cache", ', "")
    platform.release("v1.1.0", edits)
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "cache" not in recorded(team.folder)


def test_a_new_question_does_not_ask_an_old_service(platform: Platform, tmp_path: Path) -> None:
    """Its default is what was there before."""
    team = platform.service(tmp_path / "service")
    choices = "\n  choices:\n    Anywhere: anywhere\n    Here: here\n"
    added = f"\nregion:\n  type: str{choices}  default: anywhere\n  help: Where?\n"
    platform.release("v1.1.0", {QUESTIONS: platform.text(QUESTIONS) + added})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert recorded(team.folder)["region"] == "anywhere"


def test_an_older_format_of_the_memory_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Step by step up to today's."""

    def second(applied: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**applied, "second": True}

    monkeypatch.setattr(formats, "FORMAT", 3)
    monkeypatch.setattr(formats, "READERS", {1: second, 2: lambda applied: {**applied, "third": applied["second"]}})
    assert formats.read({"format": 1, "parts": []}) == {"format": 3, "parts": [], "second": True, "third": True}
    assert formats.read({"format": 2, "second": False}) == {"format": 3, "second": False, "third": False}


@pytest.mark.parametrize("found", [0, formats.FORMAT + 1, "1", None, True, 1.0])
def test_a_format_that_is_not_known_is_refused(found: object) -> None:
    """It is from a newer version, or damaged."""
    with pytest.raises(
        ModelError,
        match=r"applied: this version reads format \d+ and older ones, not .*; use the version that wrote it",
    ):
        formats.read({"format": found})


def test_every_older_format_has_its_reader() -> None:
    """Whoever changes the format says how the one before is read."""
    assert set(formats.READERS) == set(range(1, formats.FORMAT))


def test_an_answers_file_of_a_newer_version_is_refused_in_a_sentence(platform: Platform, tmp_path: Path) -> None:
    """As after a downgrade by hand."""
    team = platform.service(tmp_path / "service")
    answers = recorded(team.folder)
    answers["applied"]["format"] = 2
    team.edit({ANSWERS: yaml.safe_dump(answers, sort_keys=False)})
    platform.release("v1.1.0", {"template/docs/new.md": "New.\n"})
    outcome = team.make("update")
    assert outcome.code != 0
    assert "use the version that wrote it" in outcome.said
    assert "Traceback" not in outcome.said
