"""Breaks the source of a service, builds it, and probes what runs then by the check that is meant for the fault."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from engine import settings
from engine.catalogue import Catalogue
from engine.context import Context
from engine.model import BrokenError, Check, Finding
from engine.selftest import IMPOSSIBLE, Verdict
from probes import rest
from probes.plan import EVERYWHERE
from probes.raw import kind as raw

from tests.kill.catalogue import Fault
from tests.kill.verdict import verdict
from tests.support import commit, git

KINDS = (rest.KIND, raw.KIND)
FEW = frozenset({"roundtrip", "relations", "hostile"})  # what holds for all answers can be seen in those that these get
NEEDED = ("api", "audit", "db", "make")  # by the hooks and the probes
GENERATED_FROM = (".sql\n", ".yaml\n")


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken service that was built, or why it could not be."""

    fault: Fault
    folder: Path
    why: str = ""


def judged(context: Context, known: Catalogue, faults: Sequence[Fault]) -> Iterator[Verdict]:
    """What became of each fault. While one is probed, the next one is built."""
    with tempfile.TemporaryDirectory(prefix="kill-") as temporary, ThreadPoolExecutor(1) as builder:
        copy = Path(temporary) / "service"
        shutil.copytree(context.root, copy, symlinks=True, ignore=_left_out)
        commit(copy)
        building = [builder.submit(_broken, copy, fault, Path(temporary)) for fault in faults[:1]]
        for number, fault in enumerate(faults):
            broken = building.pop().result()
            building += [builder.submit(_broken, copy, later, Path(temporary)) for later in faults[number + 1 :][:1]]
            began = time.monotonic()
            if broken.why:
                yield Verdict(fault.name, fault.expected, IMPOSSIBLE, broken.why, (), 0)
                continue
            yield _judge(broken, known, began)
            shutil.rmtree(broken.folder)


def _left_out(folder: str, names: list[str]) -> list[str]:
    """The history, and the data of the server that runs; the platform has a folder `postgres` of its own."""
    return [name for name in names if name == ".git" or (name == "postgres" and Path(folder).name == ".local")]


def _broken(copy: Path, fault: Fault, place: Path) -> Broken:
    """Builds the broken service, takes it into a folder of its own, and mends the copy."""
    folder = place / fault.name
    try:
        git(copy, "apply", "--whitespace=nowarn", str(fault.patch))
        program = _build(copy, fault.patch.read_text(encoding="utf-8"))
        for part in NEEDED:
            shutil.copytree(copy / part, folder / part)
        (folder / ".local" / "bin").mkdir(parents=True)
        program.rename(folder / ".local" / "bin" / program.name)
    except subprocess.CalledProcessError as failed:
        return Broken(fault, folder, " ".join(f"{failed.stdout or ''} {failed.stderr}".split())[-300:])
    finally:
        git(copy, "reset", "--quiet", "--hard")  # what was generated as well
        git(copy, "clean", "--quiet", "-d", "--force")
    return Broken(fault, folder)


def _build(folder: Path, patch: str) -> Path:
    """The program. What is generated is generated again only if the patch changes what it is made from."""
    name = (folder / "make" / "service.py").read_text(encoding="utf-8").split('SERVICE = "')[1].split('"')[0]
    program = folder / ".local" / "bin" / name
    quick = ["go", "build", "-ldflags=-s -w", "-o", str(program), f"./cmd/{name}"]
    command = ["make", "build"] if any(ending in patch for ending in GENERATED_FROM) else quick
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-trimpath"}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return program


def _judge(broken: Broken, known: Catalogue, began: float) -> Verdict:
    """Asks the check that is meant for the fault alone, which takes seconds; and if it is missed, all others."""
    fault, others = broken.fault, [check for check in known.checks.values() if check.kind in KINDS]
    try:
        found = list(_findings(broken.folder, [known.checks[fault.expected]]))
        if not any(finding.check == fault.expected for finding in found):
            found += _findings(broken.folder, others)
    except BrokenError as wrong:
        return Verdict(fault.name, fault.expected, IMPOSSIBLE, str(wrong), (), time.monotonic() - began)
    return verdict(fault, found, began)


def _findings(folder: Path, checks: list[Check]) -> Iterator[Finding]:
    """What checks have against the service of a folder, on a database of its own."""
    areas = FEW if {check.id for check in checks} <= set(EVERYWHERE) else frozenset[str]()
    by_kind = {kind: [check for check in checks if check.kind == kind] for kind in KINDS}
    with Context(folder, settings.load(folder)) as context:
        if by_kind[rest.KIND]:
            yield from (told for told in rest.run(context, by_kind[rest.KIND], areas) if isinstance(told, Finding))
        if by_kind[raw.KIND]:
            yield from (told for told in raw.run(context, by_kind[raw.KIND]) if isinstance(told, Finding))
