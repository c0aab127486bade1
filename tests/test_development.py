"""What serves development: which server is meant, and what is left of it in the end."""

from __future__ import annotations

import ast
import os
import shlex
import sys
from pathlib import Path

import psycopg
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
    """A Docker engine that does nothing but write down what it is asked, and fails for `down` if it is told to.

    Its containers are at the port 5 of this machine.
    """
    program, asked = tmp_path / "bin" / "docker", tmp_path / "asked"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$*" >>{asked}\nif [ -n "$FAILS" ] && [ "$4" = down ]; then echo "$FAILS" >&2; exit 1; fi\n'
        'if [ "$4" = port ]; then echo 127.0.0.1:5; fi\n'
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


@pytest.mark.usefixtures("docker")
def test_a_password_of_compose_may_have_any_characters(copy: Copy) -> None:
    """What means something in an address is encoded there, or the password leads to another server."""
    folder = copy({"cache": "redis"})
    given = {"POSTGRES_PASSWORD": "a/b", "REDIS_PASSWORD": "c@d#e", "REDIS_SERVER": "compose"}
    script = "import database, redis; print(database.ours('compose').url); print(redis.url())"
    told = Service(folder, given).run("env", "PYTHONPATH=make", sys.executable, "-c", script).splitlines()
    assert told[-2:] == [
        "postgres://postgres:a%2Fb@127.0.0.1:5/postgres?sslmode=disable",
        "redis://:c%40d%23e@127.0.0.1:5/0",
    ]


START = "import pathlib, sys, embedded; print(embedded.Cluster(pathlib.Path(sys.argv[1])).start())"
STOP = "import pathlib, sys, embedded; embedded.Cluster(pathlib.Path(sys.argv[1])).stop()"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_data_of_a_user_whom_this_machine_does_not_know_are_served(copy: Copy, tmp_path: Path) -> None:
    """In a container a folder of the host belongs to a number, and the server runs as that number."""
    service, place = Service(copy()), tmp_path / "postgres"

    def run(script: str) -> str:
        return service.run("env", "PYTHONPATH=make", sys.executable, "-c", script, str(place))

    run(START)
    run(STOP)
    for file in [place / "data", *(place / "data").rglob("*")]:
        os.lchown(file, 12345, 54321)
    try:
        with psycopg.connect(run(START).splitlines()[-1]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        written = (place / "data" / "postmaster.pid").stat()
        assert (written.st_uid, written.st_gid) == (12345, 54321)
    finally:
        run(STOP)
