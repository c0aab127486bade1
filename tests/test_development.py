"""What serves development: which server is meant, and what is left of it in the end."""

from __future__ import annotations

import ast
import shlex
import sys
from pathlib import Path

import pytest

from tests.service import Service
from tests.support import Copy

STATUS = ("uv", "run", "--quiet", "--script", "make/database.py", "status")
CLEAN = ("uv", "run", "--quiet", "--script", "make/database.py", "clean")
NAMES = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN")
LINES = (
    '# ONE=comment\nONE="quoted" # no comment\nTWO=first\nTWO=second\r\nTHREE=$HOME `id`\r\n FOUR=indented\n'
    "FIVE=\nSIX=of the file\nexport SEVEN=x\nEIGHT\nSEVEN=the last"
)
READ = ('"quoted" # no comment', "first", "$HOME `id`", None, "", "of the environment", "the last")
SERVERS = {name: f"postgres://{name.lower()}@localhost/x" for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
GIVEN = SERVERS | {"TEST_DATABASE_URL": "", "REDIS_URL": "redis://localhost", "TEST_REDIS_URL": "redis://localhost"}


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Docker engine that does nothing but write down what it is asked, and fails for `down` if it is told to."""
    program, asked = tmp_path / "bin" / "docker", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$*" >>{asked}\nif [ -n "$FAILS" ] && [ "$4" = down ]; then echo "$FAILS" >&2; exit 1; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    return asked


def test_both_readers_of_the_settings_of_a_folder_read_the_same(copy: Copy) -> None:
    """`make database` reads them in Python, `make run` in the shell; the environment comes first in both."""
    service = Service(copy({"cache": "redis"}), {"SIX": "of the environment"} | GIVEN)
    (service.folder / ".env").write_bytes(LINES.encode())
    script = f"import os, process; print([os.environ.get(name) for name in {NAMES}])"
    told = service.run("env", "PYTHONPATH=make", sys.executable, "-c", script)
    assert told == service.shell(
        f"unset PYTHONPATH; exec {sys.executable} -c {shlex.quote(script.replace(', process', ''))}"
    )
    assert ast.literal_eval(told) == [
        '"quoted" # no comment',
        "first",
        "$HOME `id`",
        None,
        "",
        "of the environment",
        "the last",
    ]


@pytest.mark.usefixtures("docker")
def test_a_server_that_is_chosen_for_the_folder_is_the_one_that_is_asked_for(copy: Copy) -> None:
    """`make run` uses it, so `make database` may not start another one."""
    service = Service(copy())
    assert "of compose" in service.run(*STATUS)
    (service.folder / ".env").write_text("DATABASE_SERVER=embedded\n")
    assert service.run(*STATUS) == "The embedded server is stopped.\n"


def test_what_is_cleaned_is_gone_with_its_data(copy: Copy, docker: Path) -> None:
    """A volume that stays has the tables of the database that was thrown away."""
    service = Service(copy())
    service.run(*CLEAN)
    assert docker.read_text().splitlines()[-1] == f"compose --project-directory {service.folder} down --volumes"


@pytest.mark.usefixtures("docker")
def test_data_that_could_not_be_removed_is_told(copy: Copy) -> None:
    """Who believes it gone meets it again."""
    service = Service(copy(), {"FAILS": "volume is in use"})
    with pytest.raises(AssertionError, match="did not remove its containers and their data: volume is in use"):
        service.run(*CLEAN)
