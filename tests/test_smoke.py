"""The template through pytest-copie, the way template authors are used to."""

from __future__ import annotations

from pathlib import Path

import pytest
from blueprint import questions
from pytest_copie.plugin import Copie

AUTH = questions.choices("auth")


@pytest.mark.parametrize("auth", AUTH)
def test_a_service_is_written_whoever_may_call_it(copie: Copie, template: Path, auth: str) -> None:
    """No exception, and the answers are those that were given."""
    result = copie.copy({"auth": auth, "resources": "example"}, template_dir=template)
    assert result.exception is None
    assert result.exit_code == 0
    assert result.project_dir is not None
    assert (result.project_dir / "model.yml").is_file()
    assert result.answers["auth"] == auth


def test_a_wrong_answer_is_an_exception(copie: Copie, template: Path) -> None:
    """pytest-copie swallows it, so every test must look."""
    result = copie.copy({"service_name": "Not a name"}, template_dir=template)
    assert result.exit_code == -1
    assert str(result.exception).startswith("service_name: 'Not a name' cannot name a service; ")
