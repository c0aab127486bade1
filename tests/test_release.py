"""What a release may not do to services that exist: answers, formats and paths of older versions stay usable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from blueprint import formats
from copier import run_recopy

from tests.support import ANSWERS, ROOT, VERSION, git, recorded, tree

KEPT = sorted((ROOT / "tests" / "answers").glob("*.yml"))
TAGS = [tag for tag in git(ROOT, "tag", "--list", "v*").split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)]


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_an_answers_file_of_an_older_version_is_read_as_it_was_meant(
    file: Path, template: Path, tmp_path: Path
) -> None:
    """No answer changes, what was built is remembered as it was, and only tables of the platform's own are new."""
    old = yaml.safe_load(file.read_text(encoding="utf-8"))
    (tmp_path / ANSWERS).write_text(yaml.safe_dump(old | {"_src_path": str(template), "_commit": VERSION}))
    run_recopy(tmp_path, vcs_ref=VERSION, defaults=True, unsafe=True, quiet=True, overwrite=True)
    new = recorded(tmp_path)
    before, after = (answers.pop("applied") for answers in (old, new))
    known = [key for key in old if not key.startswith("_")]
    assert {key: new[key] for key in known} == {key: old[key] for key in known}
    assert {name: after["tables"][name] for name in before["tables"]} == before["tables"]
    assert {key: after[key] for key in before if key != "tables"} == {k: v for k, v in before.items() if k != "tables"}
    added = b"".join(text for path, text in tree(tmp_path).items() if path.startswith("db/migrations/"))
    assert added.count(b"create table ") == len(after["tables"]) - len(before["tables"])
    assert b"alter table" not in added


def test_every_format_of_the_memory_has_its_file() -> None:
    """A format without one could stop being read, and nobody would notice."""
    kept = {yaml.safe_load(file.read_text(encoding="utf-8"))["applied"]["format"] for file in KEPT}
    assert kept == set(range(1, formats.FORMAT + 1))


def test_every_release_has_its_answers_file() -> None:
    """`tests/answers/v1.2.3.yml` is the answers file of the example as that release wrote it."""
    assert set(TAGS) <= {file.stem for file in KEPT}


def test_no_file_of_a_service_goes_or_is_renamed_without_a_word() -> None:
    """It is still there, or the changelog says under "By hand" what became of it."""
    if not TAGS:
        pytest.skip("there is no release to compare with yet")
    newest = max(TAGS, key=lambda tag: tuple(map(int, tag[1:].split("."))))
    before, after = (
        set(git(ROOT, "ls-tree", "-r", "--name-only", ref, "template").splitlines()) for ref in (newest, "HEAD")
    )
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    told = changelog[: changelog.index(newest[1:])].partition("### By hand")[2]
    assert {path for path in before - after if Path(path).name.removesuffix(".jinja") not in told} == set()
