# Kept by the platform: docs/ownership.md says what that means.
"""Tries a change of the platform's files in a copy of this repository, and carries it over at once or not at all."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

from answers import ANSWERS, answers, as_one
from commands import RefusalError, environment, git, run_copier

NOBODY = "0" * 40
# What starts the server of development.
DATABASE = ("make/database.py", "make/embedded.py", "make/process.py", "make/roles.py", "db/roles.sql")


@dataclass(frozen=True, slots=True)
class Trial:
    """A copy of the repository at its newest commit.

    Attributes:
        home: The folder of this service.
        root: The root of the repository, which may have other things beside the service.
        folder: Where everything temporary is.
    """

    home: Path
    root: Path
    folder: Path

    @property
    def project(self) -> dict[str, str]:
        """What compose needs so that it takes no container of the service for one of the copy."""
        return {"COMPOSE_PROJECT_NAME": self.folder.name}

    @property
    def copy(self) -> Path:
        """The copy of the whole repository."""
        return self.folder / "repository"

    @property
    def service(self) -> Path:
        """The copy of this service."""
        return self.copy / self.home.relative_to(self.root)

    @property
    def before(self) -> Path:
        """What the platform wrote the last time, without what the team did since; see render_before."""
        return self.folder / "before"

    @property
    def after(self) -> Path:
        """What the platform writes now, without what the team did; see render_after."""
        return self.folder / "after"

    def render_before(self) -> None:
        """Writes what the last run wrote."""
        self._render(self.home, self.before)

    def render_after(self) -> None:
        """Writes what this run writes."""
        self._render(self.service, self.after)

    def _render(self, home: Path, folder: Path) -> None:
        folder.mkdir()
        shutil.copy(home / ANSWERS, folder)
        if once := as_one(home):
            (folder / ANSWERS).write_text(once, encoding="utf-8")
        run_copier("recopy", folder, answers(home)["_commit"])

    def update(self, version: str, data: dict[str, str]) -> None:
        """Runs the update in the copy; with so much context no edit lands in the wrong one of two similar places."""
        base = git(self.copy, "rev-parse", "HEAD").strip()
        self._commit_answers_as_one()
        with clock_after(self.service / "db" / "migrations"):
            run_copier("update", self.service, version, data=data, context_lines=1000)
        git(self.copy, "update-ref", "HEAD", base)

    def _commit_answers_as_one(self) -> None:
        """Copier reads the last of two lines alone, and updates nothing that is not committed."""
        if once := as_one(self.service):
            (self.service / ANSWERS).write_text(once, encoding="utf-8")
            somebody = ("-c", "user.name=make", "-c", "user.email=make@localhost", "-c", "commit.gpgsign=false")
            git(self.service, *somebody, "commit", "--quiet", "--no-verify", "--message", "As one", "--", ANSWERS)

    def conflicts(self) -> list[str]:
        """Returns the paths that both sides changed at the same lines."""
        unmerged = git(self.copy, "diff", "--name-only", "--diff-filter=U", "-z").split("\0")
        return sorted(filter(None, unmerged))

    def lend_tools(self) -> None:
        """Spares the copy the building of tools, if they are the same ones."""
        tools = self.home / ".local" / "bin"
        if tools.is_dir() and not git(self.service, "status", "--porcelain", "--", "tools"):
            lent = self.service / ".local" / "bin"
            lent.mkdir(parents=True, exist_ok=True)
            for tool in filter(Path.is_file, tools.iterdir()):
                shutil.copy(tool, lent)

    def lend_database(self) -> dict[str, str]:
        """Lets the copy test on the database of development, where the same one would be started for it.

        Tests have databases of their own there, and what did not change since they passed there is not tested again.
        """
        if git(self.service, "status", "--porcelain", "--", *DATABASE):
            return {}
        command = ["make", "--silent", "database"]
        told = subprocess.run(
            command, cwd=self.home, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
        lines = (line.removeprefix("export ") for line in told.stdout.splitlines() if line.startswith("export "))
        return {name: "".join(shlex.split(value)) for name, _, value in (line.partition("=") for line in lines)}

    def adopt(self, branch: str = "") -> None:
        """Brings what the copy has become into the repository: staged, conflicts as git shows those of a merge."""
        undisturbed()
        unmerged = git(self.copy, "ls-files", "--unmerged", "-z")
        git(self.copy, "add", "--all")
        tree = git(self.copy, "write-tree").strip()
        self._demand_room(tree)
        if branch:
            git(self.root, "switch", "--quiet", "--create", branch)
        try:
            git(self.root, "read-tree", "-m", "-u", "HEAD", tree)
        except RefusalError as error:
            self._restore(tree, branch)
            raise RefusalError(f"{error}: nothing has changed.") from error
        paths = {entry.partition("\t")[2] for entry in unmerged.split("\0") if entry}
        forget = "".join(f"0 {NOBODY}\t{path}\0" for path in paths)
        git(self.root, "update-index", "-z", "--index-info", given=forget + unmerged)

    def _demand_room(self, tree: str) -> None:
        """Refuses if somebody went on working here in the meantime, and the tree would take that away."""
        again = "nothing has changed, so say it again"
        if git(self.root, "rev-parse", "HEAD") != git(self.copy, "rev-parse", "HEAD"):
            raise RefusalError(f"A commit was made or another branch checked out in the meantime: {again}.")
        try:
            git(self.root, "read-tree", "--dry-run", "-m", "-u", "HEAD", tree)
        except RefusalError as error:
            raise RefusalError(f"{error}: {again} when it is committed.") from error

    def _restore(self, tree: str, branch: str) -> None:
        """Takes back what was written of a tree before the disk was full, and nothing else."""
        added = git(self.root, "diff", "-z", "--name-only", "--no-renames", "--diff-filter=A", "HEAD", tree)
        for path in filter(None, added.split("\0")):
            (self.root / path).unlink(missing_ok=True)
        others = git(self.root, "diff", "-z", "--name-only", "--diff-filter=a", "--no-renames", "HEAD", tree)
        git(self.root, "checkout-index", "--quiet", "--force", "-z", "--stdin", given=others)
        if branch:
            git(self.root, "switch", "--quiet", "-")
            git(self.root, "branch", "--quiet", "--delete", branch)


@contextmanager
def trial(home: Path) -> Iterator[Trial]:
    """Yields a copy of the repository, and removes it whatever happens."""
    root = repository(home)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    with tempfile.TemporaryDirectory(prefix="update-") as folder:
        copied = Trial(home, root, Path(folder).resolve())
        try:
            git(root, "worktree", "add", "--quiet", "--detach", str(copied.copy))
            yield copied
        finally:
            forget(copied)


def forget(trial: Trial) -> None:
    """Removes the copy, in whatever state it is; git locks one that it has not finished."""
    undisturbed()
    local = trial.service / ".local"
    if [*local.glob("*/alive"), *local.glob("*.pid")]:  # servers that were started there
        stop = ["make", "--silent", "database-stop"]
        subprocess.run(stop, cwd=trial.service, env=environment() | trial.project, check=False)
    if shutil.which("docker"):
        down = ["docker", "compose", "--project-name", trial.folder.name, "down", "--volumes", "--timeout", "1"]
        with suppress(subprocess.TimeoutExpired):  # no engine answers
            subprocess.run(down, cwd=trial.folder, capture_output=True, check=False, timeout=60)
    shutil.rmtree(trial.copy, ignore_errors=True)
    removal = ["git", "worktree", "remove", "--force", "--force", str(trial.copy)]
    subprocess.run(removal, cwd=trial.root, capture_output=True, check=False)


@contextmanager
def clock_after(migrations: Path) -> Iterator[None]:
    """Sets the clock of what is written, if need be, so that a new migration comes after all that are there.

    The clock of this machine may be behind that of a colleague, or stand still (SOURCE_DATE_EPOCH).
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    now = float(given) if given else time()
    taken = [moment for file in migrations.glob("*.sql") if (moment := moment_of(file))]
    os.environ["SOURCE_DATE_EPOCH"] = str(int(max([now, *(moment + 1 for moment in taken)])))
    try:
        yield
    finally:
        os.environ.pop("SOURCE_DATE_EPOCH")
        os.environ |= {"SOURCE_DATE_EPOCH": given} if given else {}


def moment_of(migration: Path) -> float:
    """Returns the moment that a migration is named after, in seconds since 1970; 0 if its name is another one."""
    digits = migration.name.partition("_")[0]
    for form, length, longest in (("%Y%m%d%H%M%S", 14, 0), ("%Y%m%d%H%M", 12, 59)):  # the second may be one too many
        with suppress(ValueError):
            return datetime.strptime(digits[:length], form).replace(tzinfo=UTC).timestamp() + longest
    return 0


def stopped(number: int, _: object) -> None:
    """Ends the process, which removes what is temporary; a second signal does not keep it from that."""
    undisturbed()
    sys.exit(128 + number)


def undisturbed() -> None:
    """From here on, what was begun is brought to its end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def repository(home: Path) -> Path:
    """Returns the root of the repository, if it is one in which everything is committed, on a branch."""
    try:
        root = Path(git(home, "rev-parse", "--show-toplevel").strip())
        changed = git(home, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    except RefusalError as error:
        raise RefusalError(f"This needs a git repository in which all is committed; git says: {error}.") from error
    if changed:
        raise RefusalError("This needs a git repository without uncommitted changes: commit them first.")
    if not git(home, "branch", "--show-current").strip():
        raise RefusalError("No branch is checked out: switch to one first, such as `git switch main`.")
    return root.resolve()
