# Kept by the platform: docs/ownership.md says what that means.
"""Says what a change of the platform's files did, file by file, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from commands import git
from likeness import is_text, likest, merged
from trial import Trial

CLASSES = {
    "new": "new",
    "taken": "taken over, as nobody had changed them here",
    "merged": "merged with what was changed here",
    "moved": "moved, and your changes with them",
    "followed": "merged into the file that you had renamed",
    "removed": "removed",
    "absent": "changed, and not brought back, as you had deleted them",
    "kept": "removed or replaced, although changed here; your copy is beside it, as .kept",
    "beside": "changed at the same lines as the file that you had renamed; the platform's is beside yours, as .new",
    "conflicts": "changed here and there at the same lines: choose, as after any merge",
}
LEFT_TO_DO = ("kept", "beside", "conflicts")


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
    _absent(trial, found)
    added = listed(trial, "ls-files", "--others", "--exclude-standard")
    found.files["new"] = new = [path for path in added if path.removesuffix(".new") not in found.files["beside"]]
    gone = listed(trial, "ls-files", "--deleted")
    for path in listed(trial, "diff", "HEAD", "--name-only", "--no-renames"):
        if path in conflicts or path in found.files["followed"]:
            continue
        if path in gone:
            _removed(trial, path, new, found)
        elif not _edited(trial, path):
            found.files["taken"].append(path)
        elif is_text(trial.root / path):
            found.files["merged"].append(path)
        else:
            _keep(trial, path)
            found.files["kept"].append(path)
    return found


def listed(trial: Trial, *command: str) -> list[str]:
    """Returns the paths that a git command names, from the root of the copy."""
    return list(filter(None, git(trial.copy, *command, "-z").split("\0")))


def _base(trial: Trial, path: str) -> Path:
    return trial.before / Path(path).relative_to(trial.home.relative_to(trial.root))


def _edited(trial: Trial, path: str) -> bool:
    base = _base(trial, path)
    return not base.is_file() or base.read_bytes() != (trial.root / path).read_bytes()


def _keep(trial: Trial, path: str) -> None:
    kept = trial.copy / f"{path}.kept"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes((trial.root / path).read_bytes())


def _removed(trial: Trial, path: str, new: list[str], found: Report) -> None:
    if not _edited(trial, path):
        found.files["removed"].append(path)
        return
    base, ours = _base(trial, path), trial.root / path
    successor = likest(base, (trial.copy / name for name in new)) if base.is_file() else None
    name = successor.relative_to(trial.copy).as_posix() if successor else ""
    if successor and (both := merged(ours, base, successor)) is not None:
        successor.write_bytes(both)
        found.files["moved"].append(f"{path} -> {name}")
        return
    _keep(trial, path)
    found.files["kept"].append(f"{path}{f' (now {name})' if name else ''}")


def _absent(trial: Trial, found: Report) -> None:
    """What the platform wrote and the team deleted stays away; what it renamed is merged where it is now."""
    place = trial.home.relative_to(trial.root)
    everything = listed(trial, "ls-tree", "-r", "--name-only", "HEAD")
    tracked = {path for path in everything if Path(path).is_relative_to(place)}  # beside it may be other services
    written = {(place / file.relative_to(trial.before)).as_posix(): file for file in _files(trial.before)}
    missing = {path: file for path, file in written.items() if path not in tracked}
    if not missing:
        return
    trial.render_after()
    own = [trial.root / path for path in tracked - set(written)]
    for path, base in missing.items():
        theirs = trial.after / base.relative_to(trial.before)
        (trial.copy / path).unlink(missing_ok=True)
        if not theirs.is_file() or theirs.read_bytes() == base.read_bytes():
            continue
        renamed = likest(base, own)
        if renamed is None:
            found.files["absent"].append(path)
            continue
        name = renamed.relative_to(trial.root).as_posix()
        both = merged(renamed, base, theirs)
        (trial.copy / (name if both is not None else f"{name}.new")).write_bytes(both or theirs.read_bytes())
        found.files["followed" if both is not None else "beside"].append(name)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
