"""The answers file: what an update needs, one line for each thing, so that branches merge."""

from __future__ import annotations

from blueprint import questions

from tests.support import ANSWERS, Copy, Update, commit, git, recorded


def test_the_answers_file_is_one_line_for_each_thing(copy: Copy) -> None:
    """So that `merge=union` keeps what two branches added."""
    service = copy({"description": "It's one:\nlong " + "description " * 500})
    text = (service / ANSWERS).read_text(encoding="utf-8")
    answers = recorded(service)
    listed = [*answers, *answers["resources"], *answers["applied"], *answers["applied"]["tables"]]
    assert len([line for line in text.split("\n") if line and not line.startswith("#")]) == len(listed)
    assert list(answers) == ["_commit", "_src_path", *questions.questions(), "applied"]
    assert answers["applied"]["format"] == 1


def test_two_branches_that_each_add_a_resource_merge(copy: Copy, update: Update) -> None:
    """The answers file merges line by line, and the next update finds nothing left to do."""
    service = commit(copy())
    resources = recorded(service)["resources"]
    for branch in ("one", "two"):
        git(service, "checkout", "--quiet", "-b", branch, "main")
        update(service, {"resources": {**resources, branch: {"fields": {"label": "text"}}}})
        commit(service)
    git(service, "checkout", "--quiet", "one")
    git(service, "merge", "--quiet", "--strategy-option", "ours", "two")
    assert set(recorded(service)["resources"]) == {*resources, "one", "two"}
    assert {"ones", "twos"} <= set(recorded(service)["applied"]["tables"])
    update(service)
    assert git(service, "status", "--porcelain") == ""
