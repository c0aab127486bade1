"""`make update`, `make answer` and `make drift`: nothing of a team is lost, and all that happened is told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from tests.releases import SINGLE, Platform, Team
from tests.support import ANSWERS, commit, git, recorded

GUARD = "template/{{go}}/platform/{{rest}}/guard.go"
ETAG = "template/{{go}}/platform/{{rest}}/etag.go"
DOCUMENT = "template/{{go}}/docs/how-to/add-a-dependency.md"
FORMATS = "extensions/blueprint/formats.py"


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_what_nobody_changed_is_taken_over_on_a_branch(platform: Platform, team: Team) -> None:
    """The result is staged on a branch of its own; the branch that was there is as before; the undo undoes."""
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    before = team.state()
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "From v1.0.0 to v1.1.0" in outcome.said
    assert (
        "taken over, as nobody had changed them here:\n  .copier-answers.yml\n  platform/rest/guard.go" in outcome.said
    )
    assert git(team.folder, "branch", "--show-current") == "update-v1.1.0\n"
    assert git(team.folder, "diff", "--staged", "--name-only") == ".copier-answers.yml\nplatform/rest/guard.go\n"
    assert git(team.folder, "diff", "--name-only") == ""
    undo = outcome.said.rpartition("To undo it: ")[2]
    subprocess.run(["sh", "-c", undo], cwd=team.folder, check=True, capture_output=True)
    assert team.state() == before


def test_the_newest_version_is_nothing_to_do(team: Team) -> None:
    """Who is current is told so, and nothing changes."""
    before = team.state()
    outcome = team.make("update")
    assert (outcome.code, "has v1.0.0 of the platform already" in outcome.said) == (0, True)
    assert team.state() == before


def test_a_trial_says_the_same_and_changes_nothing(platform: Platform, team: Team) -> None:
    """DRY_RUN=1 shows the report of the update."""
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    before = team.state()
    trial = team.make("update", "DRY_RUN=1").said
    assert team.state() == before
    assert trial.partition("This was a dry run")[0].strip() in team.make("update").said


def test_an_edit_elsewhere_in_a_file_of_the_platform_is_merged(platform: Platform, team: Team) -> None:
    """Both changes are there."""
    team.edit({"platform/rest/guard.go": changed(team.text("platform/rest/guard.go"), "in bytes.", "in bytes; ours.")})
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "merged with what was changed here:\n  platform/rest/guard.go" in outcome.said
    text = team.text("platform/rest/guard.go")
    assert "in bytes; ours." in text
    assert "// Find says" in text


def test_an_edit_at_the_same_line_is_a_conflict_that_cannot_be_overlooked(platform: Platform, team: Team) -> None:
    """It is in the report, in git's status, between markers, and in the way of `make check`."""
    team.edit(
        {"platform/rest/guard.go": changed(team.text("platform/rest/guard.go"), "// Find tells", "// Find knows")}
    )
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    outcome = team.make("update")
    assert outcome.code != 0
    assert "at the same lines: choose, as after any merge:\n  platform/rest/guard.go" in outcome.said
    assert "UU platform/rest/guard.go" in git(team.folder, "status", "--porcelain")
    text = team.text("platform/rest/guard.go")
    assert all(part in text for part in ("<<<<<<< ", "// Find knows", "// Find says", ">>>>>>> "))
    checked = team.make("check")
    assert (checked.code != 0, "Choose between the two sides" in checked.said) == (True, True)


def test_a_file_that_goes_although_it_was_edited_is_kept_beside(platform: Platform, team: Team) -> None:
    """Copier deletes it without a word."""
    name = "docs/how-to/add-a-dependency.md"
    team.add(name, "Ours.")
    platform.release("v1.1.0", {DOCUMENT: None})
    outcome = team.make("update")
    assert outcome.code != 0
    assert f"your copy is beside it, as .kept:\n  {name}\n" in outcome.said
    assert team.text(f"{name}.kept").endswith("Ours.\n")
    assert not (team.folder / name).exists()


def test_an_edit_of_a_file_that_is_renamed_goes_along(platform: Platform, team: Team) -> None:
    """Copier deletes the one, adds the other, and loses the edit."""
    name = "platform/rest/etag.go"
    team.edit({name: changed(team.text(name), "// ETag returns", "// Ours. ETag returns")})
    moved = ETAG.replace("etag.go", "version.go")
    platform.release("v1.1.0", {ETAG: None, moved: platform.text(ETAG).replace("\nimport", "\n\n\nimport", 1)})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert f"{name} -> platform/rest/version.go" in outcome.said
    assert "// Ours. ETag returns" in team.text("platform/rest/version.go")
    assert not (team.folder / name).exists()


def test_an_edit_that_a_renamed_file_cannot_take_is_kept(platform: Platform, team: Team) -> None:
    """Where both changed the same line, the team's copy stays, and the report names the new file."""
    name, line = "platform/rest/etag.go", "// ETag returns"
    team.edit({name: changed(team.text(name), line, "// ETag knows")})
    moved = ETAG.replace("etag.go", "version.go")
    platform.release("v1.1.0", {ETAG: None, moved: changed(platform.text(ETAG), line, "// ETag says")})
    outcome = team.make("update")
    assert outcome.code != 0
    assert f"{name} (now platform/rest/version.go)" in outcome.said
    assert "// ETag knows" in team.text(f"{name}.kept")
    assert "<<<<" not in team.text("platform/rest/version.go")


def test_a_file_that_the_team_deleted_stays_away(platform: Platform, team: Team) -> None:
    """An update does not bring it back."""
    team.edit({"docs/how-to/add-a-dependency.md": None})
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert not (team.folder / "docs/how-to/add-a-dependency.md").exists()


def test_files_of_the_team_are_never_touched(platform: Platform, team: Team) -> None:
    """Whatever the templates of these say now."""
    kept = ["README.md", "Makefile", "model.yml", "CHANGELOG.md", "docs/runbook.md", "db/seed.sql", "go.mod"]
    kept += [git(team.folder, "ls-files", "db/migrations").strip(), "internal/note/service.go"]
    for name in kept[:3]:
        team.add(name, "# Ours.")
    before = {name: team.text(name) for name in kept}
    templates = [path for path in git(platform.folder, "ls-files", "-z", "template").split("\0") if path]
    wanted = ("README.md", "Makefile", "runbook.md", "seed.sql", "migrations/{%", "service.go", "go.mod.jinja")
    edits = {path: platform.text(path) + "\n# Theirs.\n" for path in templates if any(part in path for part in wanted)}
    platform.release("v1.1.0", {path: text for path, text in edits.items() if "platform/" not in path})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert {name: team.text(name) for name in kept} == before


def test_lines_below_the_fixed_line_stay_while_the_platform_adds_above(platform: Platform, team: Team) -> None:
    """Both lists grow."""
    name = ".gitignore"
    team.add(name, "/ours/")
    template = f"template/{name}.jinja"
    platform.release("v1.1.0", {template: changed(platform.text(template), "/.env\n", "/.env\n/theirs/\n")})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "/theirs/\n\n# Yours below this line.\n/ours/\n" in team.text(name)


def test_the_report_tells_what_the_changelog_has_for_this_service(platform: Platform, team: Team) -> None:
    """Entries for other answers, for the platform's own people and of other versions stay out."""
    told = """# Changelog

## [Unreleased]

### You will see

- Not yet.

## 1.2.0 - 2027-01-01

### Fixed

- Something inside.

### You will see

- Every answer
  is kinder.
- (auth: api_key) Keys last longer.
- (auth: none) Nobody is asked.
- (apis: rest) Contracts are shorter.

### By hand

- Rename a variable.

## 1.0.0

### You will see

- The first version.
"""
    platform.release("v1.2.0", {"CHANGELOG.md": told, DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    said = team.make("update", "DRY_RUN=1").said
    assert "1.2.0, you will see:\n  - Every answer is kinder.\n  - (auth: api_key) Keys last longer.\n" in said
    assert "(apis: rest) Contracts are shorter.\n\n1.2.0, by hand:\n  - Rename a variable.\n" in said
    assert not any(word in said for word in ("Nobody is asked", "first version", "Not yet", "Something inside"))


def test_who_had_the_prerelease_is_told_what_its_release_has(platform: Platform, team: Team) -> None:
    """More may have been written since."""
    told = "# Changelog\n\n## 1.2.0\n\n### By hand\n\n- Rename a variable.\n\n## 1.1.0\n\n### By hand\n\n- Sit down.\n"
    platform.release("v1.2.0rc1", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    assert team.make("update", "to=v1.2.0rc1").code == 0
    commit(team.folder)
    platform.release("v1.2.0", {"CHANGELOG.md": told})
    said = team.make("update", "DRY_RUN=1").said
    assert "1.2.0, by hand:\n  - Rename a variable.\n" in said
    assert "Sit down" not in said


def test_a_failing_test_is_left_to_do(platform: Platform, team: Team) -> None:
    """The result is there to be mended, the command fails and says how to go on."""
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    outcome = team.make("update", STUB_CODE="1")
    assert outcome.code != 0
    assert "`make generate tidy` failed." in outcome.said
    assert "Left to do: mend what failed" in outcome.said
    assert git(team.folder, "branch", "--show-current") == "update-v1.1.0\n"


def test_a_version_can_be_named_and_a_prerelease_is_none(platform: Platform, team: Team) -> None:
    """The newest is the newest release; `to` takes another one."""
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    platform.release("v1.2.0rc1", {DOCUMENT: platform.text(DOCUMENT) + "Still more.\n"})
    assert "to v1.1.0 of" in team.make("update", "DRY_RUN=1").said
    assert "to v1.2.0rc1 of" in team.make("update", "DRY_RUN=1", "to=v1.2.0rc1").said


def test_a_service_of_a_commit_whose_hash_reads_as_a_number_is_no_newer_than_any_release(
    platform: Platform, tmp_path: Path
) -> None:
    """1234567 is a version to those who know versions, and none of this platform's."""
    git(platform.folder, "tag", "--delete", "v1.0.0")
    for number in range(1000):
        git(platform.folder, "commit", "--quiet", "--allow-empty", "--amend", "--message", f"try {number}")
        if git(platform.folder, "rev-parse", "--short", "HEAD").strip().isdigit():
            break
    team = platform.service(tmp_path / "service", "--vcs-ref", "HEAD", "--data", SINGLE)
    assert str(recorded(team.folder)["_commit"]).isdigit()
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "to v1.1.0 of the platform" in outcome.said


def test_an_address_that_copier_alone_knows_is_read(platform: Platform, team: Team) -> None:
    """Copier asks for git+ where nothing else says that an address is a repository; git does not know it."""
    source = f"_src_path: {platform.folder}\n"
    team.edit({ANSWERS: team.text(ANSWERS).replace(source, f"_src_path: git+file://{platform.folder}\n")})
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("v9.9.9", "The platform has no version v9.9.9: its newest release is v1.1.0."),
        ("v0.9.0", "v0.9.0 is older than v1.0.0, which this service has: an update only goes forward."),
    ],
    ids=["none", "older"],
)
def test_a_version_that_cannot_be_taken_is_refused_in_a_sentence(
    version: str, says: str, platform: Platform, team: Team
) -> None:
    """The sentence says which there is, before anything is written."""
    git(platform.folder, "tag", "v0.9.0")
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    before = team.state()
    outcome = team.make("update", f"to={version}")
    assert (outcome.code != 0, outcome.said.splitlines()[-2]) == (True, says)
    assert team.state() == before


def damaged(text: str) -> str:
    return text.replace("\nauth: api_key\n", "\nauth: none\n")


REFUSED: dict[str, tuple[Callable[[Team], object], str]] = {
    "a file that is not committed": (lambda team: (team.folder / "new").write_text("x"), "commit them first"),
    "a branch that is not there": (lambda team: git(team.folder, "switch", "--detach"), "switch to one first"),
    "no repository": (
        lambda team: (team.folder / ".git").rename(team.folder.parent / "gone"),
        "needs a git repository",
    ),
    "answers edited by hand": (lambda team: team.edit({ANSWERS: damaged(team.text(ANSWERS))}), "(api_key): restore it"),
    "answers that are not YAML": (lambda team: team.edit({ANSWERS: "<<<<<<< ours\n"}), "cannot be read: restore it"),
    "the branch exists": (lambda team: git(team.folder, "branch", "update-v1.1.0"), "delete it, or go on there"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_updated_is_refused_in_a_sentence(what: str, platform: Platform, team: Team) -> None:
    """The sentence says what to do, the command fails, and nothing has changed."""
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    prepare, says = REFUSED[what]
    prepare(team)
    before = team.state() if what != "no repository" else ()
    outcome = team.make("update")
    assert outcome.code != 0
    assert says in outcome.said
    assert "Traceback" not in outcome.said
    assert before == (team.state() if before else ())


BROKEN: dict[str, tuple[Callable[[Platform], object], str]] = {
    "the platform is gone": (lambda p: p.folder.rename(p.folder.parent / "gone"), "cannot be read"),
    "the version it was written by is gone": (lambda p: git(p.folder, "tag", "--delete", "v1.0.0"), "v1.0.0"),
    "a file of the new version is broken": (lambda p: p.release("v1.2.0", {DOCUMENT + ".jinja": "{{ nothing }}"}), ""),
    "the new version reads other answers": (
        lambda p: p.release(
            "v1.2.0",
            {
                "extensions/blueprint/formats.py": p.text("extensions/blueprint/formats.py").replace(
                    "FORMAT = 1", "FORMAT = 2"
                )
            },
        ),
        "",
    ),
}


def test_a_platform_that_has_moved_is_followed_by_its_address(platform: Platform, team: Team, tmp_path: Path) -> None:
    """The address is the one line of the answers file that a team writes, and it is kept from then on."""
    platform.release("v1.1.0", {GUARD: changed(platform.text(GUARD), "// Find tells", "// Find says")})
    moved = platform.folder.rename(tmp_path / "elsewhere")
    assert "cannot be read" in team.make("update").said
    address = f"_src_path: {platform.folder}\n"
    team.edit({ANSWERS: changed(team.text(ANSWERS), address, f"_src_path: {moved}\n")})
    outcome = team.make("update")
    assert outcome.code == 0, outcome.said
    assert "// Find says" in team.text("platform/rest/guard.go")
    assert f"_src_path: {moved}\n" in team.text(ANSWERS)


@pytest.mark.parametrize("what", BROKEN)
def test_a_platform_that_is_broken_changes_nothing(what: str, platform: Platform, team: Team) -> None:
    """The repository is as before, and the message is no traceback."""
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    breaks, says = BROKEN[what]
    breaks(platform)
    before = team.state()
    outcome = team.make("update")
    assert outcome.code != 0
    assert says in outcome.said
    assert "Traceback" not in outcome.said
    assert team.state() == before


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "terminated"])
def test_an_update_that_is_stopped_changes_nothing(way: signal.Signals, platform: Platform, team: Team) -> None:
    """Whenever it is: the copy is removed, the repository is as before."""
    platform.release("v1.1.0", {DOCUMENT: platform.text(DOCUMENT) + "More.\n"})
    team.make("drift")  # its tools are there afterwards
    before = team.state()
    command = ["uv", "run", "--quiet", "--script", "make/update.py", "update"]
    for wait in (0.7, 1.0, 3.0, 5.0):
        process = subprocess.Popen(
            command, cwd=team.folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(wait)
        for _ in range(12):  # uv misses one that comes just before it starts the program, so again, as a person would
            os.killpg(process.pid, way)
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
                break
        assert process.wait(1) != 0
        deadline = time.monotonic() + 120  # uv may end before the program that it runs
        while team.state() != before and time.monotonic() < deadline:
            time.sleep(0.1)
        assert team.state() == before, wait


def test_drift_lists_what_was_changed_in_files_of_the_platform(team: Team) -> None:
    """And not what is the team's own."""
    team.add("platform/rest/guard.go", "// Ours.")
    team.add("internal/note/service.go", "// Ours.")
    team.edit({"docs/how-to/add-a-dependency.md": None})
    outcome = team.make("drift")
    assert outcome.code == 0
    assert outcome.said.splitlines()[-2:] == [
        "deleted  docs/how-to/add-a-dependency.md",
        "changed  platform/rest/guard.go",
    ]


def test_an_answer_is_switched_off_and_on_again(team: Team) -> None:
    """Files, a migration and the answers follow; what was edited in a file that goes is kept."""
    team.add("platform/auth/bearer.go", "// Ours.")
    off = team.make("answer", "auth=none")
    assert off.code != 0
    assert "your copy is beside it, as .kept:\n  platform/auth/bearer.go\n" in off.said
    assert yaml.safe_load(team.text(ANSWERS))["auth"] == "none"
    (team.folder / "platform/auth/bearer.go.kept").unlink()
    commit(team.folder)
    on = team.make("answer", "auth=api_key")
    assert on.code == 0, on.said
    assert "platform/auth/bearer.go" in on.said
    assert "drop" not in git(team.folder, "diff", "--staged", "--name-only", "--diff-filter=D")


def test_a_resource_that_was_taken_away_can_be_added_again(team: Team) -> None:
    """Once its table is dropped and its line in the memory is gone, its table and its code are made anew."""
    model, code = team.text("model.yml"), sorted((team.folder / "internal" / "note").glob("*.*"))
    team.edit({"model.yml": "resources: {}\n"})
    assert team.make("model").code == 0
    memory = team.text(ANSWERS)
    (line,) = (line for line in memory.splitlines(keepends=True) if line.startswith("    notes: "))
    shutil.rmtree(team.folder / "internal" / "note")
    (team.folder / "internal/app/apptest/insert_note.go").unlink()
    team.edit({ANSWERS: memory.replace(line, ""), "model.yml": model})
    outcome = team.make("model")
    assert outcome.code == 0, outcome.said
    assert "_create_notes.sql\n" in outcome.said
    assert "  internal/app/apptest/insert_note.go\n" in outcome.said
    assert sorted((team.folder / "internal" / "note").glob("*.*")) == code
    assert line in team.text(ANSWERS)


def test_what_a_module_needs_is_said_for_each_kind_of_change(team: Team) -> None:
    """The module is the team's: until they change it, it erases, refuses or keeps silent as before."""
    fields = """\
    fields:
      text: {type: text, max_length: 10000}
      title: {type: text, optional: true, max_length: %s}
      state: {type: enum, values: [%s], default: open}
"""
    body = f"resources:\n  note:\n{fields}"
    team.edit({"model.yml": body % (100, "open")})
    first = team.make("model")
    assert first.code == 0, first.said
    assert "change-a-column.md" not in first.said
    commit(team.folder)
    page = team.text("docs/how-to/change-a-column.md")
    sections = {re.sub(r"\s", "-", title.lower()) for title in re.findall(r"^### (.*)", page, re.MULTILINE)}
    more = "    unique: [[title, state]]\n"
    for section, model in {
        "a-wider-limit": body % (200, "open"),
        "one-more-value-of-an-enum": body % (200, "open, done"),
        "something-more-that-is-unique": body % (200, "open, done") + more,
        "soft-delete-for-a-resource-that-exists": body % (200, "open, done") + more + "    soft_delete: true\n",
    }.items():
        team.edit({"model.yml": model})
        outcome = team.make("model")
        assert outcome.code == 0, outcome.said
        told = re.findall(r"in notes.*; see docs/how-to/change-a-column.md#(\S+)\.", outcome.said)
        assert told == [section]
        assert sections.issuperset(told)
        commit(team.folder)


def test_callers_are_let_in_another_way(team: Team) -> None:
    """Keys give way to tokens of an issuer, and come back: settings, code and dependencies follow."""
    tokens = team.make("answer", "auth=oidc")
    assert tokens.code == 0, tokens.said
    assert "OIDC_ISSUER" in team.text(".env.example")
    assert "go-jose" in team.text("platform/go.mod")
    assert not (team.folder / "platform/auth/apikey").exists()
    commit(team.folder)
    keys = team.make("answer", "auth=api_key")
    assert keys.code == 0, keys.said
    assert "OIDC_ISSUER" not in team.text(".env.example")
    assert "go-jose" not in team.text("platform/go.mod")
    assert (team.folder / "platform/auth/apikey/authenticator.go").exists()


def test_a_cache_is_switched_on_and_off_again(team: Team) -> None:
    """The module gets its copies; afterwards nothing is left but what the team wrote there."""
    git(team.folder, "tag", "before")
    on = team.make("answer", "cache=redis")
    assert on.code == 0, on.said
    assert "internal/note/cache.go" in on.said
    assert "note.NewCached(note.NewPostgres(db), kept)" in team.text("internal/app/modules.go")
    commit(team.folder)
    team.edit({"internal/note/cache.go": team.text("internal/note/cache.go") + "\n// Ours.\n"})
    off = team.make("answer", "cache=none")
    assert off.code != 0
    assert "your copy is beside it, as .kept:\n  internal/note/cache.go\n" in off.said
    (team.folder / "internal/note/cache.go.kept").unlink()
    commit(team.folder)
    assert git(team.folder, "diff", "--name-only", "before") == ""


def test_a_cache_grows_with_the_model(team: Team) -> None:
    """The copies of a parent know what the database deletes with it; what is read by ID later has copies then."""
    assert team.make("answer", "cache=redis").code == 0
    commit(team.folder)
    line = "  line:\n    operations: [create, list]\n    belongs_to: {note: {on_delete: cascade}}\n"
    team.edit({"model.yml": team.text("model.yml") + line})
    assert team.make("model").code == 0
    commit(team.folder)
    assert '(kept, "note")' in team.text("internal/note/cache.go")
    assert not (team.folder / "internal/line/cache.go").exists()
    team.edit({"model.yml": team.text("model.yml").replace("[create, list]", "[create, get, list]")})
    assert team.make("model").code == 0
    assert '(kept, "note", "line")' in team.text("internal/note/cache.go")
    assert "line.NewCached(" in team.text("internal/app/modules.go")
    assert (team.folder / "internal/line/cache.go").exists()


def test_callers_are_let_in_another_way_that_brings_tables(team: Team) -> None:
    """Keys give way to accounts, and come back: operations, a migration and dependencies follow, and no table goes."""
    people = team.make("answer", "auth=accounts")
    assert people.code == 0, people.said
    assert "/v1/sessions:" in team.text("api/rest/openapi.yaml")
    assert "AccountsHandler" in team.text("internal/app/modules.go")
    assert "golang.org/x/crypto" in team.text("platform/go.mod")
    migration = git(team.folder, "diff", "--staged", "--name-only", "--diff-filter=A", "--", "db/migrations").split()
    assert len(migration) == 1
    up, _ = team.text(migration[0]).split("-- migrate:down")
    assert "create table account_sessions" in up
    assert "drop table" not in up
    commit(team.folder)
    keys = team.make("answer", "auth=api_key")
    assert keys.code == 0, keys.said
    assert "sessions" not in team.text("api/rest/openapi.yaml")
    assert "AccountsHandler" not in team.text("internal/app/modules.go")
    assert not (team.folder / "api/rest/accounts.yaml").exists()
    assert "x/crypto" not in team.text("platform/go.mod")
    assert git(team.folder, "diff", "--staged", "--name-only", "--", "db/migrations") == ""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["auth=nobody"], "is not offered"),
        (["authentication=none"], "Say which answer"),
        (["database=mongodb"], "a service keeps 'postgres' for life"),
        ([], "Say which answer"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(given: list[str], says: str, team: Team) -> None:
    """One sentence, and nothing has changed."""
    before = team.state()
    outcome = team.make("answer", *given)
    assert outcome.code != 0
    assert says in outcome.said
    assert team.state() == before


def test_an_answer_in_words_may_have_any_characters(team: Team) -> None:
    """Quotes, blanks and what a shell would take for its own."""
    words = """It's "new": $HOME; a\\b `id` & more."""
    outcome = team.make("answer", f"description={words}")
    assert outcome.code == 0, outcome.said
    assert yaml.safe_load(team.text(ANSWERS))["description"] == words


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ("echo '// mine' >>platform/rest/guard.go", "platform/rest/guard.go"),
        ("echo mine >docs/more.md", "docs/more.md"),
        ("git commit --quiet --allow-empty --message mine", "A commit was made"),
    ],
    ids=["an edit of what changes", "a file where one comes", "a commit"],
)
def test_who_works_on_while_an_update_is_tested_loses_nothing(
    work: str, says: str, platform: Platform, team: Team
) -> None:
    """Tests take minutes: what cannot be brought together with that work is refused, and all is as it was left."""
    edits = {GUARD: platform.text(GUARD) + "// More.\n", "template/docs/more.md": "More.\n"}
    platform.release("v1.1.0", edits)
    outcome = team.make("update", STUB_RUNS=f"cd '{team.folder}' && {{ echo mine >>README.md; {work}; }}")
    assert outcome.code != 0
    assert says in outcome.said
    assert "nothing has changed, so say it again" in outcome.said
    assert team.text("README.md").endswith("mine\n")
    assert git(team.folder, "branch", "--list") == "* main\n"
    assert not says.endswith((".md", ".go")) or "mine" in team.text(says)


def test_an_update_can_be_undone_without_harm_to_what_lies_beside_the_service(
    platform: Platform, team: Team, tmp_path: Path
) -> None:
    """The repository may have more in it than the service, and that may have changes."""
    root = tmp_path / "repository"
    shutil.copytree(team.folder, root / "service", ignore=shutil.ignore_patterns(".git"))
    (root / "beside").write_text("committed")
    commit(root)
    platform.release("v1.1.0", {GUARD: platform.text(GUARD) + "// More.\n", "template/docs/more.md": "More.\n"})
    (root / "beside").write_text("not committed")
    here = Team(root / "service")
    here.make("help")  # puts the stubs beside it
    before = here.state()
    outcome = here.make("update")
    assert outcome.code == 0, outcome.said
    assert here.state() != before
    undo = outcome.said.rpartition("To undo it: ")[2]
    subprocess.run(["sh", "-c", undo], cwd=here.folder, check=True, capture_output=True)
    assert here.state() == before
    assert (root / "beside").read_text() == "not committed"


def test_a_file_that_git_was_told_not_to_show_is_a_change_too(team: Team) -> None:
    """An update might bring a file of that name."""
    subprocess.run(["git", "config", "status.showUntrackedFiles", "no"], cwd=team.folder, check=True)
    (team.folder / "notes").write_text("not committed")
    outcome = team.make("update")
    assert outcome.code != 0
    assert "without uncommitted changes" in outcome.said


@pytest.mark.parametrize("server", ["", ".local/postgres/alive", ".local/redis/alive", ".local/issuer.pid"])
def test_what_was_started_in_the_copy_is_stopped(platform: Platform, team: Team, server: str) -> None:
    """Nobody could find it once the copy is gone."""
    platform.release("v1.1.0", {GUARD: platform.text(GUARD) + "// More.\n"})
    outcome = team.make("update", STUB_STARTS=server)
    assert outcome.code == 0, outcome.said
    assert ("stub: --silent database-stop" in outcome.said) == bool(server)


def test_containers_of_the_copy_are_its_own_and_go_with_it(platform: Platform, team: Team, tmp_path: Path) -> None:
    """Compose knows them by a name, and would take the folder's: that of the service, in a repository of many."""
    platform.release("v1.1.0", {GUARD: platform.text(GUARD) + "// More.\n"})
    told, log = tmp_path / "told", tmp_path / "log"
    outcome = team.make("update", STUB_RUNS=f'echo "$COMPOSE_PROJECT_NAME" >>"{told}"', STUB_DOCKER=str(log))
    assert outcome.code == 0, outcome.said
    names = set(told.read_text().split())
    assert len(names) == 1
    assert f"compose --project-name {names.pop()} down --volumes" in log.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for eight megabytes: a service and its repository, and little more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be had here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_disk_that_is_full_before_the_result_is_there_changes_nothing(
    platform: Platform, team: Team, small_disk: Path
) -> None:
    """The copy finds no room."""
    platform.release("v1.1.0", {"template/docs/large.md": "".join(f"{number}\n" for number in range(900_000))})
    before = team.state()
    outcome = team.make("update", TMPDIR=str(small_disk))
    assert outcome.code != 0
    assert "No space left" in outcome.said
    assert "Traceback" not in outcome.said
    assert team.state() == before


def test_a_disk_that_is_full_while_the_result_is_brought_over_changes_nothing(
    platform: Platform, team: Team, small_disk: Path
) -> None:
    """What was written of it is taken back, and what others have not committed elsewhere in the repository stays."""
    root = small_disk / "repository"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", team.folder.as_uri(), root / "service"], check=True)
    shutil.rmtree(root / "service" / ".git")
    commit(root)
    (root / "notes").write_text("not committed")
    here = Team(root / "service")
    platform.release(
        "v1.1.0", {"template/docs/large.md": "x\n" * 4_000_000, GUARD: platform.text(GUARD) + "// More.\n"}
    )
    here.make("help")  # puts the stubs beside it
    before = here.state()
    outcome = here.make("update")
    assert outcome.code != 0
    assert "nothing has changed" in outcome.said
    assert "Traceback" not in outcome.said
    assert here.state() == before
    assert not (root / "service" / "docs" / "large.md").exists()
