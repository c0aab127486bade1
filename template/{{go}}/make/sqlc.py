# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = ["pyyaml==6.0.3"]
# ///
"""Runs sqlc once for all modules: starting it costs two seconds, a module more a tenth of one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
JOINED = ROOT / ".local" / "sqlc.json"


def from_root(folder: Path, value: Any) -> Any:
    """Returns a path, or a list of paths, of a module's file as seen from the place of the joined one."""
    if isinstance(value, list):
        return [from_root(folder, each) for each in value]
    return os.path.relpath(folder / value, JOINED.parent)


def entries(file: Path) -> list[dict[str, Any]]:
    """Returns what one sqlc.yaml asks for."""
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(config, dict) or set(config) != {"version", "sql"} or config["version"] != "2":
        sys.exit(f'{file.relative_to(ROOT)} may hold `version: "2"` and `sql:` and nothing else at its top level.')
    for entry in config["sql"]:
        entry["schema"] = from_root(file.parent, entry["schema"])
        entry["queries"] = from_root(file.parent, entry["queries"])
        for settings in entry.get("gen", {}).values():
            settings["out"] = from_root(file.parent, settings["out"])
    return list(config["sql"])


def main(sqlc: str) -> None:
    """Joins the modules' files and runs sqlc on the result."""
    files = sorted((ROOT / "internal").glob("*/sqlc.yaml"))
    sql = [entry for file in files for entry in entries(file)]
    if not sql:
        return
    JOINED.parent.mkdir(exist_ok=True)
    JOINED.write_text(json.dumps({"version": "2", "sql": sql}), encoding="utf-8")
    done = subprocess.run([sqlc, "generate", "--file", str(JOINED)], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
