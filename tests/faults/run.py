"""Write the example, then take away what it stands on while callers ask: the tests beside this say what they see."""

from __future__ import annotations

import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.memory import place
from tests.service import Service, lend_tools, write
from tests.support import snapshot

HERE = Path(__file__).parent
# The answers of a service, and the tests that it is for.
SERVICES = {"billing": ((), "faults", "."), "redis": (("--data", "cache=redis"), "faults,redis", "Redis|Herd")}


def main() -> None:
    """The tests belong to the service as a package of its own; the example is the model they know."""
    wanted = sys.argv[1:] or list(SERVICES)
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place(4 * 2**30)) as temporary, ExitStack() as ended:
        folder = Path(temporary).resolve()
        (folder / "template").mkdir()
        template = snapshot(folder / "template")
        first: Service | None = None
        for name in wanted:
            answers, tags, run = SERVICES[name]
            service = write(template, folder / name, *answers)
            if first:
                lend_tools(first, service)
            first = first or service
            ended.callback(service.clean)  # at the end, as it takes the tools that the first one lends
            try:
                print(tested(service, tags, run))  # noqa: T201
            except AssertionError as failed:
                sys.exit(str(failed))


def tested(service: Service, tags: str, run: str) -> str:
    """What the tests of a service say."""
    package = service.folder / "internal" / "app" / "faults"
    package.mkdir()
    for file in HERE.glob("*.go"):
        shutil.copy(file, package)
    for script in ("cluster.py", "valkey.py"):
        shutil.copy(HERE / script, service.folder / "make")
    service.make("build")
    return service.shell(f"go test -tags {tags} -count 1 -timeout 10m -run '{run}' -v ./internal/app/faults")


if __name__ == "__main__":
    main()
