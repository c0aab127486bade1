"""What two branches changed comes together, and nothing is built twice or forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.releases import Platform, Team
from tests.support import ANSWERS, commit, copier, git, recorded

TEXT = "text: {type: text, max_length: 10000}"


def grow(team: Team, branch: str, old: str, new: str, *, since: str = "main") -> None:
    """Change the model on a branch of its own, and build that."""
    git(team.folder, "switch", "--quiet", "--create", branch, since)
    assert old in team.text("model.yml")
    team.edit({"model.yml": team.text("model.yml").replace(old, new)})
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    commit(team.folder)


def merge(team: Team, one: str, two: str) -> None:
    """Merge two branches; where git asks, a person keeps the lines of both."""
    git(team.folder, "switch", "--quiet", one)
    git(team.folder, "-c", "merge.default=union", "merge", "--quiet", "--no-edit", two)


def migrations(team: Team) -> set[str]:
    return {path.name for path in (team.folder / "db/migrations").iterdir()}


def mend(team: Team, platform: Platform) -> None:
    """Decide on every line as a careful person would: with what both models would have written together."""
    whole = platform.service(team.folder.with_name("whole"), "--data", f"resources={team.folder / 'model.yml'}")
    unlike = git(team.folder, "diff", "--name-only", "main", "--", "api", "internal/app", "docs").split()
    team.edit({name: whole.text(name) for name in unlike})


def test_two_branches_that_each_add_a_field_to_one_resource_keep_both(team: Team, platform: Platform) -> None:
    """Git keeps both lines of the table, of which YAML knows the last alone; what each added is remembered."""
    for name in ("one", "two"):
        grow(team, name, TEXT, f"{TEXT}\n      {name}: {{type: text, optional: true, max_length: 9}}")
    merge(team, "one", "two")
    mend(team, platform)
    assert team.text(ANSWERS).count("\n    notes: ") == 2
    before = migrations(team)
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert migrations(team) == before
    assert team.text(ANSWERS).count("\n    notes: ") == 1
    assert {"one", "two"} <= recorded(team.folder)["applied"]["tables"]["notes"]["columns"].keys()
    assert {"one", "two"} <= recorded(team.folder)["resources"]["note"]["fields"].keys()
    commit(team.folder)
    assert "nothing to do" in team.make("model").said
    team.edit(
        {"model.yml": team.text("model.yml").replace(TEXT, f"{TEXT}\n      three: {{type: boolean, optional: true}}")}
    )
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert [name.partition("_")[2] for name in migrations(team) - before] == ["add_three_to_notes.sql"]


def test_functions_of_two_branches_come_together(team: Team) -> None:
    """The one brought more than the other."""
    known = "functions: [touch_row]"
    assert known in team.text(ANSWERS)
    line = f"  {known}\n"
    team.edit({ANSWERS: team.text(ANSWERS).replace(line, line + line.replace("]", ", on_soft_delete]"))})
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert recorded(team.folder)["applied"]["functions"] == ["touch_row", "on_soft_delete"]


KIND = "kind: {type: text, optional: true, max_length: 10}"
SIZE = "size: {type: enum, values: [a], optional: true}"


def test_what_one_branch_widened_is_widened_again_after_the_merge(team: Team, platform: Platform) -> None:
    """Which of two lines is the newer one, nobody can tell; to widen a limit twice does no harm."""
    grow(team, "base", TEXT, f"{TEXT}\n      {KIND}\n      {SIZE}")
    grow(team, "one", KIND, KIND.replace("10", "20"), since="base")
    team.edit({"model.yml": team.text("model.yml").replace("[a]", "[a, b]")})
    assert team.make("model").code == 0
    commit(team.folder)
    model = team.text("model.yml").replace(TEXT, f"{TEXT}\n      two: {{type: boolean, optional: true}}")
    grow(team, "two", TEXT, f"{TEXT}\n      two: {{type: boolean, optional: true}}", since="base")
    merge(team, "one", "two")
    team.edit({"model.yml": model})
    mend(team, platform)
    before = migrations(team)
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    new = "".join(team.text(f"db/migrations/{name}") for name in migrations(team) - before)
    assert "two" not in new
    assert "between 1 and 20" in new
    assert "'B'" in new
    commit(team.folder)
    assert "nothing to do" in team.make("model").said


def test_a_soft_delete_that_one_branch_switched_on_stays_on_after_the_merge(team: Team, platform: Platform) -> None:
    grow(team, "one", "    fields:\n      " + TEXT, "    soft_delete: true\n    fields:\n      " + TEXT)
    grow(team, "two", TEXT, f"{TEXT}\n      two: {{type: boolean, optional: true}}")
    merge(team, "one", "two")
    mend(team, platform)
    before = migrations(team)
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert migrations(team) == before
    assert recorded(team.folder)["applied"]["tables"]["notes"]["delete"] == "soft"


def test_a_field_that_is_called_retired_is_one_like_others(team: Team, platform: Platform) -> None:
    """In the memory, that is also what a table has of columns that are left from before."""
    part = "part:\n    fields:\n      retired: boolean"
    grow(team, "base", "  note:\n", f"  {part}\n  note:\n")
    for name in ("one", "two"):
        grow(team, name, part, f"{part}\n      {name}: {{type: boolean, optional: true}}", since="base")
    merge(team, "one", "two")
    mend(team, platform)
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert recorded(team.folder)["applied"]["tables"]["parts"]["columns"]["retired"] == "boolean"


def test_a_merge_that_nobody_can_decide_for_a_team_is_refused(team: Team) -> None:
    """Only the migrations know which of two types came last."""
    for name, words in (("one", "boolean"), ("two", "date")):
        grow(team, name, TEXT, f"{TEXT}\n      seen: {{type: {words}, optional: true}}")
    merge(team, "one", "two")
    older = "seen: {type: boolean, optional: true}"
    assert older in team.text("model.yml")
    team.edit({"model.yml": team.text("model.yml").replace(f"      {older}\n", "")})
    state = team.state()
    outcome = team.make("model")
    assert outcome.code != 0
    assert "has applied.tables.notes.columns.seen.type twice, as two branches changed it: write what " in outcome.said
    assert team.state() == state
    lines = [line.replace(older, "seen: {type: date, optional: true}") for line in team.text(ANSWERS).split("\n")]
    team.edit({ANSWERS: "\n".join(lines)})
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said


def test_copier_itself_forgets_nothing_of_a_merge_either(team: Team) -> None:
    """An update without make is refused, as Copier would read the last of two lines."""
    notes = next(line for line in team.text(ANSWERS).split("\n") if line.startswith("    notes: "))
    team.edit({ANSWERS: team.text(ANSWERS).replace(notes, f"{notes}\n{notes}")})
    done = copier("update", "--trust", "--defaults", cwd=team.folder)
    assert done.returncode != 0
    assert f"{ANSWERS} has notes twice, as two branches changed it; `make model` makes one of both." in done.stderr
    assert git(team.folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("clock", ["315532800", ""], ids=["one that stands still", "one that is behind"])
def test_a_new_migration_comes_after_all_that_are_there(team: Team, clock: str) -> None:
    """Who migrates would take it for done, or do it before what it builds on."""
    theirs = "db/migrations/20990101000099_by_a_colleague.sql"
    team.edit({theirs: "-- migrate:up\nselect 1;\n-- migrate:down\nselect 1;\n"})
    team.edit({"model.yml": team.text("model.yml").replace(TEXT, f"{TEXT}\n      one: {{type: text, optional: true}}")})
    outcome = team.make("model", **({"SOURCE_DATE_EPOCH": clock} if clock else {}))
    assert outcome.code == 0, outcome.said
    assert {name.partition("_")[2] for name in migrations(team) if name > Path(theirs).name} == {
        "add_one_to_notes.sql",
        "validate_notes_one_length.sql",
    }


def test_the_answers_file_of_another_service_is_refused_as_data(team: Team, platform: Platform, tmp_path: Path) -> None:
    """All that is in its memory would be taken for built, and nothing of it written."""
    answers = yaml.safe_load(team.text(ANSWERS)) | {"service_name": "clone"}
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    arguments = ("copy", "--trust", "--defaults", "--data-file", tmp_path / "answers.yml", platform.folder, "clone")
    done = copier(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    assert "applied: the template writes it itself; leave it out." in done.stderr
    assert not (tmp_path / "clone").exists()
