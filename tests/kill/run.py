"""Write the default service, break it in every way of the catalogue, and tell what its audit notices: make kill-score.

A part only: `make kill-score only=contract`, which is a kind of fault, a fault by its name, `unbroken` or `unusual`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.kill.catalogue import EPOCH
from tests.service import write
from tests.support import ROOT, snapshot

# The packages are those of the audit itself, in its versions: the score is that of what teams run, and no second list
# of them is to be kept in step.
SCORE = """
source make/environment.sh
export PYTHONPATH="$1:$PWD/.audit" PYTHONPYCACHEPREFIX="$PWD/.local/python"; shift
exec uv run --quiet --no-project --with-requirements .audit/audit.py python -P -m tests.kill.score "$@"
"""


def command(*only: str) -> list[str]:
    """What scores a service that has been built, in its folder and with its settings of development."""
    return ["bash", "-euo", "pipefail", "-c", SCORE, "kill-score", str(ROOT), *only]


def main(*only: str) -> int:
    """The exit code says whether the score is good enough."""
    os.environ["SOURCE_DATE_EPOCH"] = EPOCH
    with tempfile.TemporaryDirectory(prefix="kill-") as temporary:
        folder = Path(temporary).resolve()
        (folder / "template").mkdir()
        service = write(snapshot(folder / "template"), folder / "billing")
        try:
            service.make("build")
            return service.watch(*command(*only))
        except AssertionError as failed:
            sys.exit(str(failed))
        finally:
            service.clean()


if __name__ == "__main__":
    sys.exit(main(*(word for words in sys.argv[1:] for word in words.split(","))))
