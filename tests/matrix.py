"""Write, test, lint and audit services in which every two answers meet: `make matrix`; all combinations with ALL=1."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.combinations import COMBINATIONS, PAIRWISE, label
from tests.memory import place
from tests.service import Service, audited, lend_tools, write
from tests.support import snapshot


def main() -> None:
    chosen = COMBINATIONS if os.environ.get("ALL") else PAIRWISE
    failed = []
    with tempfile.TemporaryDirectory(prefix="matrix-", dir=place(8 * 2**30)) as folder:
        template = snapshot(Path(folder) / "template")
        first: Service | None = None
        for number, answers in enumerate(chosen, 1):
            data = Path(folder) / f"{label(answers)}.yml"
            data.write_text("\n".join(f"{key}: {value}" for key, value in answers.items()), encoding="utf-8")
            start = time.monotonic()
            service = write(template, Path(folder) / label(answers), "--data-file", str(data))
            if first:
                lend_tools(first, service)
            try:
                service.make("test", "lint")
                audited(service)
                outcome = "passes"
            except AssertionError as error:
                outcome = f"FAILS\n{error}"
                failed.append(label(answers))
            finally:
                service.make("database-stop")
            first = first or service
            took = time.monotonic() - start
            print(f"{number}/{len(chosen)} {label(answers)}: {outcome} ({took:.0f} s)", flush=True)  # noqa: T201
    sys.exit(f"{len(failed)} of {len(chosen)} fail: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
