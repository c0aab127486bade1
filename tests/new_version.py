"""Follow a service's docs/how-to/new-version.md word by word, as somebody would who copies from it."""

from __future__ import annotations

import re

from tests.service import Service

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"\A(?:#|//) (\S+): (at its end|a new file|below the line in (.+))\n")
LINE = "Yours below this line.\n"


def begin_version(service: Service) -> None:
    """Run its commands and write its texts where it says, but for the checks, which take minutes."""
    page = (service.folder / "docs" / "how-to" / "new-version.md").read_text(encoding="utf-8")
    for language, block in BLOCK.findall(page):
        if language != "sh":
            _write(service, block)
        elif not block.startswith("make format"):
            service.run("bash", "-euo", "pipefail", "-c", block)


def _write(service: Service, block: str) -> None:
    place = PLACE.match(block)
    assert place, f"no place for {block[:60]!r}"
    file, text = service.folder / place[1], block[place.end() :]
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    assert file.exists() != (place[2] == "a new file"), place[0]
    at = before.index(LINE, before.index(place[3])) + len(LINE) if place[3] else len(before)
    file.write_text(before[:at] + text + before[at:], encoding="utf-8")
