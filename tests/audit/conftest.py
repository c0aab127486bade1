"""A service that has been built, once for all processes, and copies of it that a test may break."""

from __future__ import annotations

import fcntl
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.audit import schema_only
from tests.audit.growth import grow
from tests.auditing import Audited, duplicate
from tests.postgres import VERSIONS, MissingError, server
from tests.service import Service, lend_tools, write

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "TEST_DATABASE_URL", "API_KEY_PEPPER")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def built(template: Path, tools: Service, shared: Path) -> Path:
    """The default service, built; nobody changes it."""
    folder = shared / "audited"
    with (shared / "audited.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".local" / "built").exists():
            service = write(template, folder)
            lend_tools(tools, service)
            service.make("build")
            (folder / ".local" / "python").mkdir(exist_ok=True)
            (folder / ".local" / "built").touch()
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server of this process alone, as its superuser."""
    try:
        with server(max(VERSIONS)) as running:
            yield f"postgres://postgres@/postgres?host={running.host}"
    except MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def addresses(built: Path, postgres: str) -> Mapping[str, str]:
    """The settings of development on that server."""
    given = Service(built, {"DATABASE_URL": postgres})
    words = " ".join(f'"${name}"' for name in ADDRESSES)
    said = given.run("bash", "-euc", f"source make/environment.sh; printf '%s\\n' {words}")
    return dict(zip(ADDRESSES, said.splitlines()[-len(ADDRESSES) :], strict=True))


@pytest.fixture
def service(built: Path, tmp_path: Path) -> Audited:
    """A copy without a database, for what is static."""
    return duplicate(built, tmp_path / "billing", built / ".local" / "python", {})


@pytest.fixture
def live(service: Audited, addresses: Mapping[str, str]) -> Audited:
    """The same with a database server."""
    return Audited(service.folder, addresses)


@pytest.fixture(scope="session")
def healthy(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A copy that tests read, and leave as it is."""
    return duplicate(built, tmp_path_factory.mktemp("healthy") / "billing", built / ".local" / "python", {})


@pytest.fixture
def grown(service: Audited) -> Audited:
    """A service with notes, which is not built again."""
    grow(service)
    return service


@pytest.fixture
def stored(grown: Audited, addresses: Mapping[str, str]) -> Audited:
    """The same with a database that is made of the migrations alone."""
    command = f"{sys.executable} {schema_only.__file__} db/migrations billing_owner db/roles.sql"
    settings = re.sub(r"^  up: .*$", f"  up: {command}", grown.read("audit/audit.yml"), flags=re.MULTILINE)
    grown.write("audit/audit.yml", settings)
    return Audited(grown.folder, addresses)
