"""Breaks the service by one patch after the other, and tells which check finds it: the kill score of the probes.

    uv run --with httpx,jsonschema,pyyaml,"psycopg[binary]" kill/behaviour.py SERVICE [--only NAME]... [--whole]

SERVICE is a folder with a service that has been built once (`make build`). It is left alone: patches go into a copy.
Each fault is probed by the check that is meant for it alone, which takes seconds; `--whole` runs all the others too.
The exit code is 0 if every fault of security and at least 98 % of all are found, and nothing in the unbroken service.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / ".audit")]

ENOUGH = 0.98


@dataclass(frozen=True)
class Fault:
    """One way to break the service, and the check that has to notice."""

    name: str
    patch: str
    expected: str
    security: bool
    why: str


@dataclass(frozen=True)
class Result:
    """What became of one fault: found, missed, or why it could not be tried."""

    fault: Fault
    state: str
    told: str
    seconds: float


def checks(audit: Path) -> dict[str, list[str]]:
    """The ids of the checks of each kind."""
    files = {kind: audit / "checks" / f"{kind}.yml" for kind in ("rest", "raw")}
    return {
        kind: [c["id"] for c in yaml.safe_load(file.read_text(encoding="utf-8"))["checks"]]
        for kind, file in files.items()
    }


def findings(context: Any, wanted: set[str], known: dict[str, list[str]]) -> tuple[list[Any], list[str]]:
    """What the wanted checks find, and which of them could not be carried out."""
    from engine.model import Finding, Ran
    from probes import raw, rest

    told: list[Any] = []
    for kind in (rest, raw):
        ids = [check for check in known[kind.KIND] if check in wanted]
        if ids:
            asked: list[Any] = [SimpleNamespace(id=check) for check in ids]
            told += raw.run(context, asked) if kind is raw else rest.run(context, asked, areas_for(wanted))
    ran = {item.check for item in told if isinstance(item, Ran)}
    return [item for item in told if isinstance(item, Finding)], sorted(wanted - ran)


def areas_for(wanted: set[str]) -> frozenset[str]:
    """What holds for all answers can be seen in a few."""
    from probes.plan import EVERYWHERE

    return frozenset({"roundtrip", "relations", "hostile"}) if wanted <= set(EVERYWHERE) else frozenset()


def build(folder: Path, generated: bool) -> str:
    """Builds the service, with its generated code if that may have changed; what went wrong, if anything."""
    name = service_name(folder)
    quick = ["go", "build", "-ldflags=-s -w", "-o", f".local/bin/{name}", f"./cmd/{name}"]
    environ = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-trimpath"}
    done = subprocess.run(
        ["make", "build"] if generated else quick, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-600:]


def probe(
    folder: Path, settings: dict[str, str], wanted: set[str], known: dict[str, list[str]]
) -> tuple[list[Any], list[str]]:
    """Runs the service on a database of its own, and probes it."""
    from service import Context

    context = Context(folder, settings, folder / ".local" / "bin" / service_name(folder))
    try:
        return findings(context, wanted, known)
    finally:
        context.close()


def service_name(folder: Path) -> str:
    """The name of the program."""
    text = (folder / "make" / "service.py").read_text(encoding="utf-8")
    return text.split('SERVICE = "')[1].split('"')[0]


def left_out(folder: str, names: list[str]) -> list[str]:
    """What a copy does without: the history, and the data of the server that runs."""
    return [name for name in names if name == ".git" or (name == "postgres" and Path(folder).name == ".local")]


def git(folder: Path, *words: str) -> bool:
    """Runs git; whether it did what it was told."""
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False).returncode == 0


def broken(copy: Path, fault: Fault, place: Path) -> tuple[Path, str]:
    """Builds the broken service, takes it into a folder of its own, and mends the copy; or says why not."""
    file, ready = HERE / fault.patch, place / fault.name
    if not git(copy, "apply", "--whitespace=nowarn", str(file)):
        return ready, "no patch"
    try:
        if wrong := build(
            copy, generated=any(ending in file.read_text(encoding="utf-8") for ending in (".sql\n", ".yaml\n"))
        ):
            return ready, wrong
        name = service_name(copy)
        for part in ("api", "db", "make"):
            shutil.copytree(copy / part, ready / part)
        (ready / ".local" / "bin").mkdir(parents=True)
        (copy / ".local" / "bin" / name).rename(ready / ".local" / "bin" / name)
        return ready, ""
    finally:
        git(copy, "reset", "--quiet", "--hard")  # what was generated as well
        git(copy, "clean", "--quiet", "-d", "--force")


def judge(
    ready: Path, wrong: str, settings: dict[str, str], fault: Fault, known: dict[str, list[str]], whole: bool
) -> Result:
    """Probes one broken service."""
    began = time.monotonic()
    if wrong:
        return Result(fault, "no build", wrong, 0)
    wanted = {check for ids in known.values() for check in ids} if whole else {fault.expected}
    try:
        found, _ = probe(ready, settings, wanted, known)
    except RuntimeError as wrong_start:
        return Result(fault, "no start", str(wrong_start), time.monotonic() - began)
    finally:
        shutil.rmtree(ready)
    ids = sorted({finding.check for finding in found})
    mine = next((f"{finding.object}: {finding.message}" for finding in found if finding.check == fault.expected), "")
    others = f" (also {', '.join(check for check in ids if check != fault.expected)})" if len(ids) > 1 else ""
    return Result(
        fault,
        "found" if fault.expected in ids else "missed",
        (mine or ", ".join(ids)) + others,
        time.monotonic() - began,
    )


def main() -> int:
    """Prints a line for each fault as it is tried, and then the score."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("service", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    from service import environment

    known, settings = checks(HERE.parent / ".audit"), environment(given.service)
    listed = yaml.safe_load((HERE / "behaviour.yml").read_text(encoding="utf-8"))["faults"]
    faults = [fault for fault in (Fault(**entry) for entry in listed) if not given.only or fault.name in given.only]
    with tempfile.TemporaryDirectory(prefix="kill-") as place:
        copy = Path(place) / "service"
        shutil.copytree(given.service, copy, symlinks=True, ignore=left_out)
        for words in (
            ["init", "--quiet"],
            ["add", "--all"],
            ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"],
        ):
            git(copy, *words)
        if not given.only:
            good, not_run = probe(copy, settings, {check for ids in known.values() for check in ids}, known)
            print(f"unbroken: {len(good)} findings, not run: {', '.join(not_run) or 'none'}", flush=True)
            for finding in good:
                print(f"  {finding.check} {finding.object}: {finding.message}")
        results = []
        with ThreadPoolExecutor(1) as builder:  # the next one is built while this one is probed
            building = [builder.submit(broken, copy, fault, Path(place)) for fault in faults]
            for fault, future in zip(faults, building, strict=True):
                ready, wrong = future.result()
                results.append(judge(ready, wrong, settings, fault, known, given.whole))
                print(line(results[-1]), flush=True)
    return score(results, given.out)


def line(result: Result) -> str:
    """One fault for people."""
    mark = "S" if result.fault.security else " "
    names = f"{result.fault.name:28} {result.fault.expected:26}"
    return f"{result.state:9} {mark} {names} {result.seconds:5.1f} s  {result.told[:150]}"


def score(results: list[Result], out: Path | None) -> int:
    """Prints the shares, and says by the exit code whether they are enough."""
    found = [result for result in results if result.state == "found"]
    secure = [result for result in results if result.fault.security or result.fault.expected.startswith("A7.")]
    safe = [result for result in secure if result.state == "found"]
    print(f"{len(found)} of {len(results)} found; of security {len(safe)} of {len(secure)}")
    if out:
        out.write_text(
            json.dumps(
                [{"name": r.fault.name, "state": r.state, "seconds": r.seconds, "told": r.told} for r in results],
                indent=1,
            )
        )
    return 0 if len(safe) == len(secure) and len(found) >= ENOUGH * len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
