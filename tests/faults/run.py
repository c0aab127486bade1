"""Write the example, then kill its database and itself while callers ask: the tests beside this say what they see."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.service import write
from tests.support import snapshot

HERE = Path(__file__).parent


def main() -> None:
    """The tests belong to the service as a package of its own; the example is the model they know."""
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = Path(temporary).resolve()
        (folder / "template").mkdir()
        service = write(snapshot(folder / "template"), folder / "billing")
        package = service.folder / "internal" / "app" / "faults"
        package.mkdir()
        for file in HERE.glob("*.go"):
            shutil.copy(file, package)
        shutil.copy(HERE / "cluster.py", service.folder / "make")
        try:
            service.make("build")
            print(service.shell("go test -tags faults -count 1 -timeout 10m -v ./internal/app/faults"))  # noqa: T201
        except AssertionError as failed:
            sys.exit(str(failed))
        finally:
            service.clean()


if __name__ == "__main__":
    main()
