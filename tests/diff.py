"""Show what a branch changes in a generated service: the same answers at its base and in the working tree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from copier import run_copy

from tests.support import ANSWERS, ROOT, VERSION, git, snapshot


def main(base: str) -> int:
    """Print the difference; it is no failure if there is one."""
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    with TemporaryDirectory() as name:
        folder = Path(name)
        git(ROOT, "clone", "--quiet", "--no-checkout", str(ROOT), str(folder / "old"))
        git(folder / "old", "checkout", "--quiet", git(ROOT, "merge-base", base, "HEAD").strip())
        git(folder / "old", "tag", "--force", VERSION)
        snapshot(folder / "new")
        for side in ("old", "new"):
            write(folder / side, folder / "services" / side)
        command = ["git", "--no-pager", "diff", "--no-index", "--stat", "--patch", "old", "new"]
        return subprocess.run(command, cwd=folder / "services", check=False).returncode // 2


def write(template: Path, service: Path) -> None:
    """A service of the default answers, without the lines that always differ."""
    run_copy(str(template), service, {"resources": "example"}, defaults=True, unsafe=True, quiet=True)
    answers = service / ANSWERS
    answers.write_text(
        re.sub(r"(?m)^_(commit|src_path):.*\n", "", answers.read_text(encoding="utf-8")), encoding="utf-8"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
