# Kept by the platform: docs/ownership.md says what that means.
"""Finds a file that was renamed, and merges three versions of one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path

ALIKE = 0.5  # the share of lines that a renamed file keeps


def is_text(file: Path) -> bool:
    """Whether git would merge it line by line."""
    return b"\0" not in file.read_bytes()[:8000]


def likest(file: Path, candidates: Iterable[Path]) -> Path | None:
    """Returns the one of the candidates that has most of the lines of a file, if one has half of them."""
    alike = {other: _ratio(file, other) for other in candidates if other.suffix == file.suffix and other.is_file()}
    best = max(alike, key=lambda other: alike[other], default=None)
    return best if best is not None and alike[best] >= ALIKE else None


def _ratio(one: Path, other: Path) -> float:
    ours, theirs = (file.read_text(encoding="utf-8", errors="replace").splitlines() for file in (one, other))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def merged(ours: Path, base: Path, theirs: Path) -> bytes | None:
    """Returns both changes of a file together, or nothing if they meet at the same lines."""
    command = ["git", "merge-file", "--stdout", "--quiet", str(ours), str(base), str(theirs)]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
