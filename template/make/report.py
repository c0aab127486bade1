# Kept by the platform: docs/ownership.md says what that means.
"""Says what a change of the platform's files did, file by file, and what is left to do."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from trial import RefusalError, Trial, git

ALIKE = 0.5  # the share of lines that a renamed file keeps

CLASSES = {
    "new": "new",
    "taken": "taken over, as nobody had changed them here",
    "merged": "merged with what was changed here",
    "moved": "moved, and your changes with them",
    "removed": "removed",
    "kept": "removed, although changed here; your copy is beside it, as .kept",
    "conflicts": "changed here and there at the same lines: choose, as after any merge",
}
LEFT_TO_DO = ("kept", "conflicts")


@dataclass
class Report:
    """The paths of each class."""

    files: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in CLASSES})

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not any(self.files.values())

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do by hand."""
        return not any(self.files[name] for name in LEFT_TO_DO)

    def touches(self, folder: str, *, but: tuple[str, ...]) -> bool:
        """Whether a file that was there changed in a folder; those named in `but` do not count."""
        changed = (path for name in ("taken", "merged", "conflicts") for path in self.files[name])
        return any(folder in path and not path.endswith(but) for path in changed)

    def __str__(self) -> str:
        blocks = ["\n  ".join((f"{CLASSES[name]}:", *paths)) for name, paths in self.files.items() if paths]
        return "\n\n".join(blocks)


def report(trial: Trial) -> Report:
    """Sorts what changed in the copy; no change that was made here goes with a file that goes."""
    found = Report()
    found.files["conflicts"] = conflicts = trial.conflicts()
    found.files["new"] = new = listed(trial, "ls-files", "--others", "--exclude-standard")
    gone = listed(trial, "ls-files", "--deleted")
    for path in listed(trial, "diff", "HEAD", "--name-only", "--no-renames"):
        if path in conflicts:
            continue
        if path in gone:
            _removed(trial, path, new, found)
        else:
            found.files["merged" if _edited(trial, path) else "taken"].append(path)
    return found


def listed(trial: Trial, *command: str) -> list[str]:
    """Returns the paths that a git command names, from the root of the copy."""
    return list(filter(None, git(trial.copy, *command, "-z").split("\0")))


def _ours(trial: Trial, path: str) -> bytes:
    return (trial.root / path).read_bytes()


def _base(trial: Trial, path: str) -> Path:
    return trial.before / Path(path).relative_to(trial.home.relative_to(trial.root))


def _edited(trial: Trial, path: str) -> bool:
    base = _base(trial, path)
    return not base.is_file() or base.read_bytes() != _ours(trial, path)


def _removed(trial: Trial, path: str, new: list[str], found: Report) -> None:
    if not _edited(trial, path):
        found.files["removed"].append(path)
        return
    successor = _successor(trial, path, new)
    if successor and _carried(trial, path, trial.copy / successor):
        found.files["moved"].append(f"{path} -> {successor}")
        return
    kept = trial.copy / f"{path}.kept"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(_ours(trial, path))
    found.files["kept"].append(f"{path}{f' (now {successor})' if successor else ''}")


def _successor(trial: Trial, path: str, new: list[str]) -> str:
    """The new file that has most of the lines of one that went."""
    base = _base(trial, path)
    if not base.is_file():
        return ""
    candidates = [name for name in new if Path(name).suffix == Path(path).suffix]
    alike = {name: _likeness(base, trial.copy / name) for name in candidates}
    best = max(alike, key=lambda name: alike[name], default="")
    return best if best and alike[best] >= ALIKE else ""


def _likeness(one: Path, other: Path) -> float:
    ours, theirs = (file.read_text(encoding="utf-8", errors="replace").splitlines() for file in (one, other))
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio()


def _carried(trial: Trial, path: str, successor: Path) -> bool:
    """Merges what was changed here into the file that took its place, if both fit."""
    ours = trial.folder / "ours"
    ours.write_bytes(_ours(trial, path))
    try:
        git(trial.copy, "merge-file", "--quiet", str(ours), str(_base(trial, path)), str(successor))
    except RefusalError:  # it says by its code how many conflicts there are
        return False
    shutil.copyfile(ours, successor)
    return True
