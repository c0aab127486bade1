"""The data files of docs/examples work as they are, and the schema of data files tells the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests import answers_schema
from tests.support import ROOT, copier, recorded
from tests.test_questions import BAD, GOOD

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
VALIDATOR = Draft202012Validator(json.loads(answers_schema.FILE.read_text(encoding="utf-8")))


def said(file: Path) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return answers


def test_the_schema_is_current() -> None:
    """It is made from the questions and the model by `make schema`."""
    assert answers_schema.FILE.read_text(encoding="utf-8") == answers_schema.text(), "run: make schema"


def test_the_schema_is_a_schema() -> None:
    """An editor would not complain about a wrong one."""
    Draft202012Validator.check_schema(VALIDATOR.schema)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_valid(file: Path) -> None:
    """What we show, an editor accepts."""
    assert [error.message for error in VALIDATOR.iter_errors(said(file))] == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_gives_a_service_without_a_question(file: Path, template: Path, tmp_path: Path) -> None:
    """The command of the documentation, with the real program."""
    result = copier("copy", "--trust", "--defaults", "--data-file", file, template, "service", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    answers = recorded(tmp_path / "service")
    assert {key: answers[key] for key in said(file) if key != "resources"} == {
        key: answer for key, answer in said(file).items() if key != "resources"
    }


@pytest.mark.parametrize(("key", "answer"), [(key, answer) for key in GOOD for answer in GOOD[key]])
def test_the_schema_takes_what_the_check_takes(key: str, answer: str) -> None:
    """No good answer is underlined in red."""
    assert VALIDATOR.is_valid({key: answer})


@pytest.mark.parametrize("key", BAD)
def test_the_schema_refuses_most_of_what_the_check_refuses(key: str) -> None:
    """All but what a pattern cannot say, such as reserved words."""
    assert not VALIDATOR.is_valid({key: BAD[key][0]})


@pytest.mark.parametrize(
    "data", [{"apis": []}, {"auth": "ldap"}, {"servise_name": "a"}, {"resources": ["a"]}, {"owner": 5}]
)
def test_the_schema_refuses_what_is_not_offered(data: dict[str, Any]) -> None:
    """Unknown keys, choices and types."""
    assert not VALIDATOR.is_valid(data)
