# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = ["copier>=9.19.1,<10", "copier-template-extensions>=0.3.4,<0.4"]
# ///
"""Takes over newer standards (update), a changed model (model) or a changed answer (answer); drift lists what was
changed in the platform's files.

All of it happens in a copy of the repository, so that a failure or Ctrl-C leaves everything as it was.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from answers import answers
from commands import RefusalError, environment, git
from releases import news, platform, wished
from report import Report, report
from trial import Trial, repository, trial

HOME = Path(__file__).resolve().parent.parent
MARK = b"Kept by the platform"
UNDO = "git restore --staged --worktree ."  # in the service's folder: beside it may be other work
# What a migration does to a table that is there, what its module does until the team has changed it too, and a section.
HOW_TO = "docs/how-to/change-a-column.md"
CHECK = r"alter table (\S+) drop constraint (\S+), add constraint \2 check "
BY_HAND = (
    (
        r"alter table (\S+) add column deleted_at ",
        "DELETE still erases the row in {}: the module has to mark it",
        "soft-delete-for-a-resource-that-exists",
    ),
    (
        CHECK + r"\(\S+ in \(",
        "A further value is still refused in {}: the module has to list it",
        "one-more-value-of-an-enum",
    ),
    (
        CHECK + r"(?!\(\S+ in \()",
        "The old limit still holds in {}: the module has to have the wider one",
        "a-wider-limit",
    ),
    (
        r"create unique index concurrently \S+(?<!_live) on (\S+) ",
        "What is taken in {} is refused without its member: the module has to name the index",
        "something-more-that-is-unique",
    ),
)
OVERRIDES = re.compile(r"(?:\\.|[^ \\])+")


def say(text: str) -> None:
    """Tells a waiting person what happens, in a log too after what was said before."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def update(wanted: str, *, dry: bool) -> int:
    """Takes over a version of the platform, the newest unless one is named, on a branch of its own."""
    with trial(HOME) as copy:
        known = answers(HOME)
        say(f"Reading the platform at {known['_src_path']}.")
        origin = platform(known["_src_path"], copy.folder)
        version = wished(origin, wanted, known["_commit"])
        if version == known["_commit"]:
            print(f"This service has {version} of the platform already: nothing to do.")
            return 0
        branch = f"update-{version}"
        if not dry and git(copy.root, "branch", "--list", branch).strip():
            raise RefusalError(f"There is a branch {branch} already: delete it, or go on there.")
        found = changed(copy, version)
        heading = f"From {known['_commit']} to {version} of the platform."
        told = news(origin, known["_commit"], version, known)
        print("\n\n".join(filter(None, (heading, told, str(found)))) + "\n")
        if dry:
            print("This was a dry run: nothing has changed.")
            return 0 if found.is_done else 1
        whole = found.is_done and built(copy) and tested(copy)
        home = git(copy.root, "branch", "--show-current").strip()
        stop_servers(copy, found)
        copy.adopt(branch)
        return end(found, whole, undo=f"{UNDO} && git switch {home} && git branch -D {branch}", branch=branch)


def model() -> int:
    """Builds what model.yml asks for."""
    nothing = "What model.yml says is built already: nothing to do."
    return change({"resources": str(HOME / "model.yml")}, nothing=nothing)


def change(data: dict[str, str], *, nothing: str) -> int:
    """Builds what a changed model or answer asks for, with the version of the platform that is there."""
    with trial(HOME) as copy:
        found = changed(copy, answers(HOME)["_commit"], data)
        if found.is_empty:
            print(nothing)
            return 0
        print(f"{found}\n")
        print("".join(f"{line}\n\n" for line in by_hand(copy, found)), end="")
        whole = found.is_done and built(copy)
        stop_servers(copy, found)
        copy.adopt()
        return end(found, whole, undo=UNDO)


def by_hand(copy: Trial, found: Report) -> Iterator[str]:
    """Says what modules need besides, as they are the team's."""
    if found.touches("api/rest/", but=("openapi.yaml", "common.yaml")):
        yield "A field, filter or order that is new needs a few lines in its module: docs/how-to/add-a-field.md."
    files = [copy.copy / path for path in found.files["new"] if "db/migrations/" in path]
    up = "\n".join(file.read_text(encoding="utf-8").partition("-- migrate:down")[0] for file in files)
    for done, needed, section in BY_HAND:
        if tables := sorted({match[1].strip('"') for match in re.finditer(done, up)}):
            yield f"{needed.format(', '.join(tables))}; see {HOW_TO}#{section}."


def changed(copy: Trial, version: str, data: dict[str, str] | None = None) -> Report:
    """Runs the update in the copy, and says what it did."""
    say("Writing again what the platform wrote the last time, to see what was changed since.")
    copy.render_before()
    say("Updating a copy of the repository.")
    copy.update(version, data or {})
    return report(copy)


def built(copy: Trial) -> bool:
    """Makes code from what has changed."""
    copy.lend_tools()
    return made(copy, "generate", "tidy")


def tested(copy: Trial) -> bool:
    """Runs the tests of the copy, and its audit where there is one."""
    audited = any(line.startswith("audit:") for file in (copy.service / "make").glob("*.mk") for line in file.open())
    return made(copy, "test", *(["audit"] if audited else []), **copy.lend_database())


def made(copy: Trial, *targets: str, **lent: str) -> bool:
    """Makes targets in the copy; shows the end of what they print if they fail."""
    say(f"Running make {' '.join(targets)} in the copy.")
    command = ["make", *targets]
    done = subprocess.run(
        command, cwd=copy.service, env=environment() | copy.project | lent, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-40:]))
        print(f"`{' '.join(command)}` failed.\n")
    return not done.returncode


def stop_servers(copy: Trial, found: Report) -> None:
    """Stops the servers for development whose part of make goes: after that, nothing would know of them."""
    gone = [file for file in (HOME / "make").glob("*.mk") if str(file.relative_to(copy.root)) in found.files["removed"]]
    for target in re.findall(r"^([a-z]+-stop):", "\n".join(file.read_text() for file in gone), re.MULTILINE):
        say(f"Running make {target}, as it goes.")
        subprocess.run(["make", "--silent", target], cwd=HOME, env=environment(), check=False, stdin=subprocess.DEVNULL)


def end(found: Report, whole: bool, *, undo: str, branch: str = "") -> int:
    """Says where the result is, what is left to do, and how to undo it."""
    where = f"The result is on the branch {branch}, staged" if branch else "The result is staged"
    print(f"{where}: look at it with `git diff --staged`, then commit.")
    if not found.is_done:
        print(
            "Left to do: what is kept or changed on both sides, see above; then `make generate tidy` and `make check`."
        )
    elif not whole:
        print("Left to do: mend what failed, then `make check`.")
    print(f"To undo it: {undo}")
    return 0 if whole else 1


def drift() -> int:
    """Lists the platform's files that were changed here."""
    with trial(HOME) as copy:
        copy.render_before()
        for file in sorted(file for file in copy.before.rglob("*") if file.is_file()):
            name, kept = file.relative_to(copy.before), HOME / file.relative_to(copy.before)
            if MARK not in file.read_bytes().split(b"\n", 1)[0]:
                continue
            if not kept.exists():
                print(f"deleted  {name}")
            elif kept.read_bytes() != file.read_bytes():
                print(f"changed  {name}")
    return 0


def answer() -> int:
    """Changes the answers that were given to make as variables, such as cache=redis."""
    pairs = [re.sub(r"\\(.)", r"\1", word).replace("$$", "$") for word in OVERRIDES.findall(given_to_make())]
    known = [key for key in answers(HOME) if not key.startswith("_") and key not in ("applied", "resources")]
    given = [pair for pair in pairs if not pair.partition("=")[0].isupper()]  # the others are settings
    wrong = [pair for pair in given if pair.partition("=")[0] not in known or "=" not in pair]
    if not given or wrong:
        raise RefusalError(f"Say which answer: make answer cache=redis. The answers are: {', '.join(known)}.")
    data = {key: value for key, _, value in (pair.partition("=") for pair in given)}
    return change(data, nothing="That is the answer already: nothing to do.")


def given_to_make() -> str:
    """Returns the variables of make's command line, spaces and backslashes behind a backslash."""
    return os.environ.get("MAKEFLAGS", "").partition(" -- ")[2]


def main() -> int:
    """Runs one command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("update", "model", "answer", "drift"))
    parser.add_argument("--to", default="", metavar="VERSION", help="with update: not the newest version, but this one")
    given = parser.parse_args()
    try:
        repository(HOME)
        answers(HOME)
        if given.command == "update":
            return update(given.to, dry=os.environ.get("DRY_RUN", "") not in ("", "0"))
        return {"model": model, "answer": answer, "drift": drift}[given.command]()
    except RefusalError as error:
        say(str(error))
    except KeyboardInterrupt:
        say("Interrupted: nothing has changed.")
    except OSError as error:
        say(f"{error.strerror or error}: nothing has changed.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
