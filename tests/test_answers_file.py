"""The answers file: what an update needs, one line for each thing, so that branches merge."""

from __future__ import annotations

from blueprint import questions

from tests.support import ANSWERS, Copy, Update, commit, git, recorded, write


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
