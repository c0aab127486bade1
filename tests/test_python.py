"""The Python of a service keeps to the rules of this repository: its layers meet only once they are written."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support import ROOT, Answers, Copy

VARIANTS: dict[str, Answers] = {
    "api_key": {},
    "oidc": {"auth": "oidc"},
    "accounts": {"auth": "accounts", "cache": "redis"},
    "none": {"auth": "none", "resources": "empty"},
}
# These scripts print and run commands; what keeps tests in order does not concern them, nor what excuses S.
LEFT_OUT = "S,T201,PT,RUF100"
STUBS = ("types-pyyaml", "types-psutil", "types-jsonschema", f"mypy=={version('mypy')}")


@pytest.mark.parametrize("answers", VARIANTS.values(), ids=VARIANTS.keys())
def test_the_scripts_of_a_service_keep_the_rules(copy: Copy, answers: Answers) -> None:
    """Style, layout and types, with the packages that each script asks for."""
    service = copy(answers)
    ruff = str(Path(sys.executable).with_name("ruff"))
    given = ("--no-cache", "--config", str(ROOT / "pyproject.toml"), "--config", "extend-exclude=[]")
    sources = ("--config", 'src=[".audit", "make"]', "--output-format", "concise", "--extend-ignore", LEFT_OUT)
    assert run(service, ruff, "check", *given, *sources, ".audit", "make") == "All checks passed!"
    assert re.fullmatch(
        r"\d+ files already formatted", run(service, ruff, "format", "--check", *given, ".audit", "make")
    )
    folders = (".audit", "make") if not answers else ("make",)  # the audit is the same in every service
    for folder in folders:
        assert re.fullmatch(r"Success: no issues found in \d+ source files", typed(service / folder))


def typed(folder: Path) -> str:
    """What mypy says of a folder whose modules import each other by name."""
    asked = {name for file in folder.rglob("*.py") for name in dependencies(file.read_text(encoding="utf-8"))}
    given = [word for name in (*sorted(asked), *STUBS) for word in ("--with", name)]
    strict = ("--strict", "--explicit-package-bases", "--cache-dir", "/dev/null", ".")
    return run(folder, "uv", "run", "--quiet", "--no-project", "--isolated", *given, "mypy", *strict)


def dependencies(script: str) -> list[str]:
    """The packages in the head of a script (PEP 723)."""
    head = re.search(r"^# /// script\n(.*?)^# ///$", script, re.MULTILINE | re.DOTALL)
    return re.findall(r'"([^"]+)"', head[1].split("dependencies", 1)[1]) if head else []


def run(folder: Path, *command: str) -> str:
    """What a command says, whether or not it is content."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()
