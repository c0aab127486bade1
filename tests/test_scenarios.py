"""What Copier alone does to a service, case by case, and what `make update` makes of it."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.releases import Platform, Team
from tests.support import commit, git
from tests.test_update import changed

GUARD, GUARD_HERE = "template/{{go}}/platform/{{rest}}/guard.go", "platform/rest/guard.go"
PAGE, PAGE_HERE = "template/{{go}}/docs/how-to/add-a-dependency.md", "docs/how-to/add-a-dependency.md"
UNCHANGED = ["the line", "the next line", "the line after that"]


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def test_a_renamed_file_of_the_platform_gets_what_the_new_version_changes(platform: Platform, team: Team) -> None:
    """Copier takes it for deleted: no change would ever reach it again."""
    git(team.folder, "mv", GUARD_HERE, "platform/rest/gate.go")
    team.add("platform/rest/gate.go", "// Ours.")
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "merged into the file that you had renamed:\n  platform/rest/gate.go" in outcome.said
    text = team.text("platform/rest/gate.go")
    assert "// Find says" in text
    assert text.endswith("// Ours.\n")
    assert not (team.folder / GUARD_HERE).exists()


def test_a_renamed_file_that_cannot_take_the_change_has_the_new_one_beside_it(platform: Platform, team: Team) -> None:
    """It is left to do, and neither side is lost."""
    git(team.folder, "mv", GUARD_HERE, "platform/rest/gate.go")
    text = changed(team.text("platform/rest/gate.go"), "// Find tells", "// Find knows")
    team.edit({"platform/rest/gate.go": text})
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    outcome = team.make("update")
    assert outcome.code != 0
    assert "beside yours, as .new:\n  platform/rest/gate.go\n" in outcome.said
    assert team.text("platform/rest/gate.go") == text
    assert "// Find says" in team.text("platform/rest/gate.go.new")


def test_a_deleted_file_that_the_new_version_changes_is_named(platform: Platform, team: Team) -> None:
    """It stays away, and the team learns that there was something new in it."""
    team.edit({PAGE_HERE: None})
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "More.\n"})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert f"not brought back, as you had deleted them:\n  {PAGE_HERE}" in outcome.said


def test_an_update_changes_nothing_in_a_service_beside_it(platform: Platform, team: Team, tmp_path: Path) -> None:
    """In a repository of several services, the page that one of them deleted is not taken for renamed into another."""
    root = tmp_path / "repository"
    for name in ("one", "two"):
        shutil.copytree(team.folder, root / name, ignore=shutil.ignore_patterns(".git"))
    (root / "one" / PAGE_HERE).unlink()
    commit(root)
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "More.\n"})
    outcome = Team(root / "one").make("update")
    assert outcome.code == 0, outcome.said
    assert "not brought back, as you had deleted them:\n  one/" in outcome.said
    assert git(root, "diff", "--staged", "--name-only", "--", "two") == ""


def test_a_deleted_file_of_the_team_does_not_come_back(platform: Platform, team: Team) -> None:
    """Copier writes a file again that it skips only if it exists."""
    team.edit({"docs/runbook.md": None, "db/seed.sql": None})
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "More.\n"})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "runbook" not in outcome.said
    assert not (team.folder / "docs/runbook.md").exists()
    assert not (team.folder / "db/seed.sql").exists()


@pytest.mark.parametrize("theirs", ["The same.\n", "Another.\n"], ids=["alike", "different"])
def test_a_path_that_both_sides_add(theirs: str, platform: Platform, team: Team) -> None:
    """Alike it is nothing to do, different it is a conflict with both."""
    team.edit({"docs/how-to/new.md": "The same.\n"})
    platform.release("v1.1.0", {PAGE.replace("add-a-dependency", "new"): theirs})
    outcome = team.make("update")
    text = team.text("docs/how-to/new.md")
    assert ("The same." in text, theirs in text) == (True, True)
    assert (outcome.code == 0) == (theirs == "The same.\n"), outcome.said


@pytest.mark.parametrize(("line", "merges"), [(0, False), (1, False), (2, True)], ids=UNCHANGED)
def test_two_changes_of_one_file(line: int, merges: bool, platform: Platform, team: Team) -> None:
    """At the same line and at neighbours they are a conflict; one unchanged line between them is enough."""
    page = lines(*(f"Line {number}." for number in range(9)))
    platform.release("v1.1.0", {PAGE: page})
    team.make("update")
    commit(team.folder)
    team.edit({PAGE_HERE: page.replace("Line 4.", "Ours.")})
    platform.release("v1.2.0", {PAGE: page.replace(f"Line {4 + line}.", "Theirs.")})
    outcome = team.make("update")
    assert (outcome.code == 0) == merges, outcome.said
    text = team.text(PAGE_HERE)
    assert ("Ours." in text, "Theirs." in text, "<<<<" in text) == (True, True, not merges)


def test_both_append_to_a_file(platform: Platform, team: Team) -> None:
    """It is a conflict, and both lines are there."""
    team.add(PAGE_HERE, "Ours.")
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "Theirs.\n"})
    assert team.make("update").code != 0
    assert ("Ours." in team.text(PAGE_HERE), "Theirs." in team.text(PAGE_HERE)) == (True, True)


def test_an_edit_lands_in_the_right_one_of_similar_places(platform: Platform, team: Team) -> None:
    """With the context that Copier takes by default, it lands in the wrong block, without a mark."""
    block = ["  - name: {}", "    run: true", "    retries: 3", "    timeout: 10", ""]
    page = lines(*(line.format(name) for name in "abcd" for line in block))
    platform.release("v1.1.0", {PAGE: page})
    team.make("update")
    commit(team.folder)
    ours = page.replace("name: b\n    run: true\n    retries: 3", "name: b\n    run: true\n    retries: 7")
    team.edit({PAGE_HERE: ours})
    platform.release("v1.2.0", {PAGE: lines(*(line.format("new") for line in block)) + page})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "name: b\n    run: true\n    retries: 7" in team.text(PAGE_HERE)


def test_a_file_with_other_line_ends_is_a_conflict_and_not_a_loss(platform: Platform, team: Team) -> None:
    """Every line of it differs."""
    (team.folder / ".gitattributes").write_text("")
    (team.folder / PAGE_HERE).write_bytes(team.text(PAGE_HERE).replace("\n", "\r\n").encode())
    commit(team.folder)
    platform.release("v1.1.0", {PAGE: platform.text(PAGE).replace("# ", "# New: ", 1)})
    outcome = team.make("update")
    assert outcome.code != 0
    assert f"choose, as after any merge:\n  {PAGE_HERE}" in outcome.said


def test_a_worktree_with_other_line_ends_is_none(platform: Platform, team: Team) -> None:
    """Git translates them, as on Windows."""
    git(team.folder, "config", "core.autocrlf", "true")
    (team.folder / ".gitattributes").write_text("* text=auto\n")
    commit(team.folder)
    git(team.folder, "rm", "--quiet", "-r", "--cached", ".")
    git(team.folder, "reset", "--quiet", "--hard")
    assert b"\r\n" in (team.folder / PAGE_HERE).read_bytes()
    platform.release("v1.1.0", {PAGE: platform.text(PAGE).replace("# ", "# New: ", 1)})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "# New: " in git(team.folder, "show", f":{PAGE_HERE}")


def test_a_last_line_without_an_end_is_a_conflict_and_not_a_loss(platform: Platform, team: Team) -> None:
    """The line that has none is the team's."""
    team.edit({PAGE_HERE: team.text(PAGE_HERE) + "Ours, without an end"})
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "Theirs.\n"})
    assert team.make("update").code != 0
    assert ("Ours, without" in team.text(PAGE_HERE), "Theirs." in team.text(PAGE_HERE)) == (True, True)


def test_a_picture_that_both_sides_change_is_kept_beside(platform: Platform, team: Team) -> None:
    """Copier takes the template's without a word."""
    here, there = "docs/drawing.bin", "template/docs/drawing.bin"
    (platform.folder / there).write_bytes(b"\0 first")
    platform.release("v1.1.0")
    team.make("update")
    (team.folder / here).write_bytes(b"\0 ours")
    commit(team.folder)
    (platform.folder / there).write_bytes(b"\0 second")
    platform.release("v1.2.0")
    outcome = team.make("update")
    assert outcome.code != 0
    assert f"your copy is beside it, as .kept:\n  {here}\n" in outcome.said
    assert (team.folder / here).read_bytes() == b"\0 second"
    assert (team.folder / f"{here}.kept").read_bytes() == b"\0 ours"


def test_a_file_that_becomes_a_program_becomes_one_here(platform: Platform, team: Team) -> None:
    """The right to run it comes along."""
    (platform.folder / "template/make/roles.py").chmod(0o755)
    platform.release("v1.1.0")
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert (team.folder / "make/roles.py").stat().st_mode & stat.S_IXUSR


def test_no_file_of_a_service_is_ignored_by_git(team: Team) -> None:
    """An edit of one would not be in git, and so lost."""
    assert git(team.folder, "status", "--porcelain", "--ignored") == ""


def test_a_shallow_clone_is_updated(platform: Platform, team: Team) -> None:
    """As runners have them."""
    shallow = Team(team.folder.parent / "shallow")
    subprocess.run(["git", "clone", "--quiet", "--depth=1", team.folder.as_uri(), shallow.folder], check=True)
    platform.release("v1.1.0", {PAGE: platform.text(PAGE) + "More.\n"})
    outcome = shallow.make("update")
    assert outcome.code == 0, outcome.said
    assert "More." in shallow.text(PAGE_HERE)


def test_a_line_beside_one_that_an_answer_takes_away_is_a_conflict(team: Team) -> None:
    """It might belong to what goes."""
    text = team.text("internal/app/config.go")
    line = next(line for line in text.splitlines(keepends=True) if line.endswith(" apikey.Settings\n"))
    team.edit({"internal/app/config.go": text.replace(line, f"{line}\tOurs     string\n")})
    outcome = team.make("answer", "auth=none")
    assert outcome.code != 0
    assert "\tOurs     string" in team.text("internal/app/config.go")


def test_a_service_that_skips_releases_comes_where_the_others_are(platform: Platform, team: Team) -> None:
    """One update over three releases ends with the same files as three."""
    patient = Team(team.folder.parent / "patient")
    subprocess.run(["git", "clone", "--quiet", str(team.folder), patient.folder], check=True)
    for number in range(1, 4):
        page = platform.text(PAGE) + f"Release {number}.\n"
        new = PAGE.replace("add-a-dependency", f"page-{number}")
        platform.release(f"v1.{number}.0", {PAGE: page, new: f"# Page {number}\n"})
        assert team.make("update").code == 0
        commit(team.folder)
    assert patient.make("update").code == 0
    commit(patient.folder)
    assert git(team.folder, "rev-parse", "HEAD^{tree}") == git(patient.folder, "rev-parse", "HEAD^{tree}")
