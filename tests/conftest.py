"""Fixtures: the template as it stands in the working tree, away from the settings of this machine."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from copier import run_copy, run_update

from tests import memory
from tests.releases import SINGLE, Platform, Team
from tests.service import Service, write
from tests.support import Answers, Copy, Update, snapshot

ROOM = 8 * 2**30


def pytest_configure() -> None:
    """Work in memory where there is room."""
    if where := memory.place(ROOM):
        os.environ["TMPDIR"] = tempfile.tempdir = where


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the person who runs the tests reaches Copier or git."""
    home = tmp_path_factory.mktemp("home")
    (home / "settings.yml").write_text("{}\n")
    (home / "gitconfig").write_text("[user]\nname = Tests\nemail = tests@example.com\n[init]\ndefaultBranch = main\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(home / "settings.yml"))
        patch.setenv("COPIER_CACHE_DIR", str(home / "cache"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of the working tree, as the newest version."""
    return snapshot(tmp_path_factory.mktemp("template"))


@pytest.fixture
def copy(template: Path, tmp_path: Path) -> Copy:
    """Write a service from answers; what is not answered is the default."""

    def write(answers: Answers | None = None, name: str = "service") -> Path:
        run_copy(str(template), tmp_path / name, dict(answers or {}), defaults=True, unsafe=True, quiet=True)
        return tmp_path / name

    return write


@pytest.fixture
def update() -> Update:
    """Update a committed service the way its `make update` does."""

    def bring(service: Path, answers: Answers | None = None) -> None:
        data = dict(answers or {})
        run_update(service, data, defaults=True, overwrite=True, unsafe=True, quiet=True, context_lines=1000)

    return bring


@pytest.fixture(scope="session")
def tools(template: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Service:
    """A service that has built its tools, which others borrow; made once for all processes."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / "tools"
    with (shared / "tools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".local" / "built").exists():
            service = write(template, folder, "--data", "resources=empty")
            service.make("build", "tools")
            (folder / ".local" / "built").touch()
    return Service(folder)


LONG = (
    "test_services.py",
    "test_kill_score.py",
    "test_render.py",
    "test_update.py",
    "test_trials.py",
    "test_python.py",
    "database/",
    "audit/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process waits for another at the end."""
    for item in items:
        if any(part in item.nodeid for part in LONG):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: ("test_services" not in item.nodeid, "fifty" not in item.nodeid))


@pytest.fixture
def platform(template: Path, tmp_path: Path) -> Platform:
    return Platform.of(template, tmp_path / "platform")


@pytest.fixture(scope="session")
def written(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A service of the first release, written once for all tests."""
    folder = tmp_path_factory.mktemp("written")
    return Platform.of(template, folder / "platform").service(folder / "service", "--data", SINGLE)


@pytest.fixture
def team(written: Team, platform: Platform, tmp_path: Path) -> Team:
    return written.of(platform, tmp_path / "service")
