# Kept by the platform: docs/ownership.md says what that means.
"""Reads the releases of the platform, and what its changelog tells about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from commands import RefusalError, git, run

HEADING = re.compile(r"^## \[?v?(\d+\.\d+\.\d+)\b.*$", re.MULTILINE)
FOR_TEAMS = ("You will see", "By hand")
ENTRY = re.compile(r"^- ", re.MULTILINE)
CONCERNS = re.compile(r"\((\w+): ([\w-]+)\) ")


def platform(source: str, folder: Path) -> Path:
    """Returns a bare clone of the platform's repository."""
    origin = folder / "platform.git"
    try:
        run(folder, "git", "clone", "--quiet", "--bare", source.removeprefix("git+"), origin)
    except RefusalError as error:
        raise RefusalError(f"The platform at {source} cannot be read ({error}); nothing has changed.") from error
    return origin


def wished(origin: Path, version: str, since: str) -> str:
    """Returns the version to take: the newest release unless one is named, and never an older one than `since`."""
    if version:
        try:
            git(origin, "rev-parse", "--quiet", "--verify", f"{version}^{{commit}}")
        except RefusalError as error:
            there = f"its newest release is {newest(origin)}"
            raise RefusalError(f"The platform has no version {version}: {there}.") from error
    taken = version or newest(origin)
    new, old = _version(taken), _version(since)
    if new and old and new < old:  # of two commits Copier knows which is older
        raise RefusalError(f"{taken} is older than {since}, which this service has: an update only goes forward.")
    return taken


def newest(origin: Path) -> str:
    """Returns the newest release."""
    found = {tag: _version(tag) for tag in git(origin, "tag").split()}
    releases = {tag: version for tag, version in found.items() if version and not version.is_prerelease}
    if not releases:
        raise RefusalError("The platform has no release: ask its team for a tag such as v1.2.3.")
    return max(releases, key=lambda tag: releases[tag])


def _version(name: str) -> Version | None:
    """Returns the version that a tag or a commit names, if it names one: the hash 1234567 does not."""
    try:
        return Version(name) if "." in name else None
    except InvalidVersion:
        return None


def _tag(version: str) -> Version:
    """Returns the version of the tag that this is, or comes after (v1.2.3-4-gabcdef)."""
    return _version(version.split("-")[0]) or Version("0")


def news(origin: Path, since: str, until: str, answers: dict[str, Any]) -> str:
    """Returns what the changelog tells, between two versions, a team whose service has these answers.

    A prerelease is told what its release has, and once more with the release, which may have more.
    """
    parts = HEADING.split(git(origin, "show", f"{until}:CHANGELOG.md"))
    told = []
    for version, text in zip(parts[1::2], parts[2::2], strict=True):
        if _tag(since) < Version(version) <= Version(_tag(until).base_version):
            told += [f"{version}, {heading}:\n{entries}" for heading, entries in _for_teams(text, answers)]
    return "\n\n".join(told)


def _for_teams(section: str, answers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for block in section.split("\n### ")[1:]:
        heading, _, text = block.partition("\n")
        entries = [entry for entry in ENTRY.split(text)[1:] if _concerns(entry, answers)]
        if heading in FOR_TEAMS and entries:
            yield heading.lower(), "\n".join(f"  - {' '.join(entry.split())}" for entry in entries)


def _concerns(entry: str, answers: dict[str, Any]) -> bool:
    """An entry may begin with the answer that it is about, such as `(apis: rest)`; the others concern everybody."""
    about = CONCERNS.match(entry)
    chosen = answers.get(about[1]) if about else None
    return not about or about[2] == chosen or (isinstance(chosen, list) and about[2] in chosen)
