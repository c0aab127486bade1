"""The answers file: what an update needs, one line for each thing, so that branches merge."""

from __future__ import annotations

from pathlib import Path

import pytest
from blueprint import questions
from blueprint.context import address

from tests.support import ANSWERS, Copy, Update, commit, copier, git, recorded, write


def test_the_answers_file_is_one_line_for_each_thing(copy: Copy) -> None:
    """So that `merge=union` keeps what two branches added."""
    service = copy({"description": "It's one:\nlong " + "description " * 500})
    text = (service / ANSWERS).read_text(encoding="utf-8")
    answers = recorded(service)
    listed = [*answers, *answers["resources"], *answers["applied"], *answers["applied"]["tables"]]
    assert len([line for line in text.split("\n") if line and not line.startswith("#")]) == len(listed)
    assert list(answers) == ["_commit", "_src_path", *questions.questions(), "applied"]
    assert answers["applied"]["format"] == 1


ADDRESSES = [
    ("gh:acme/template", "https://github.com/acme/template.git"),
    ("gl:acme/tools/template.git", "https://gitlab.com/acme/tools/template.git"),
    ("https://example.com/acme/template.git", "https://example.com/acme/template.git"),
    ("git+https://example.com/acme/template", "git+https://example.com/acme/template"),
    ("git@example.com:acme/template.git", "git@example.com:acme/template.git"),
]


@pytest.mark.parametrize(("typed", "kept"), ADDRESSES)
def test_the_address_of_the_template_is_one_that_every_tool_knows(typed: str, kept: str) -> None:
    """Renovate does not know Copier's abbreviations."""
    assert address(typed) == kept


def test_a_template_beside_the_service_is_found_again(template: Path, tmp_path: Path) -> None:
    """A path is recorded from the root, for an update starts in another folder than the copy did."""
    result = copier("copy", "--trust", "--defaults", template.name, tmp_path / "service", cwd=template.parent)
    assert result.returncode == 0, result.stderr
    service = commit(tmp_path / "service")
    assert recorded(service)["_src_path"] == str(template)
    assert copier("update", "--trust", "--defaults", cwd=service).returncode == 0


def test_two_branches_that_each_add_a_resource_merge(copy: Copy, update: Update) -> None:
    """Git keeps the lines of both, and each table is remembered, so no migration is written twice."""
    service = commit(copy())
    resources = recorded(service)["resources"]
    for branch in ("one", "two"):
        git(service, "checkout", "--quiet", "-b", branch, "main")
        update(service, {"resources": {**resources, branch: {"fields": {"label": "text"}}}})
        commit(service)
    base, one, two = ({branch: git(service, "show", f"{branch}:{ANSWERS}")} for branch in ("main", "one", "two"))
    write(service.with_name("files"), {**base, **one, **two})
    git(service.with_name("files"), "merge-file", "--union", "one", "main", "two")
    (service / ANSWERS).write_text((service.with_name("files") / "one").read_text(encoding="utf-8"), encoding="utf-8")
    assert f"{ANSWERS} merge=union" in (service / ".gitattributes").read_text(encoding="utf-8")
    assert set(recorded(service)["resources"]) == {*resources, "one", "two"}
    assert {"ones", "twos"} <= set(recorded(service)["applied"]["tables"])
    migrations = set((service / "db" / "migrations").glob("*"))
    update(commit(service))
    assert set((service / "db" / "migrations").glob("*")) == migrations
