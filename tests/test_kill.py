"""The kill score can be trusted: its catalogue is whole, fits the service of today, and its bars are kept."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from contract import edit
from engine import catalogue, openapi
from engine.selftest import FOUND, IMPOSSIBLE, MISSED, Verdict

from tests.kill.catalogue import EPOCH, KINDS, UNUSUAL, Fault, faults
from tests.kill.files import change
from tests.kill.verdict import Clean, Score
from tests.support import Copy

FAULTS = {kind: faults(kind) for kind in KINDS}
GOFMT = shutil.which("gofmt")
ALL = [fault for kind in KINDS for fault in FAULTS[kind]]
LEAST = {"schema": 45, "contract": 30, "files": 30, "behaviour": 45}
# The kinds of checks that can notice a kind of fault.
NOTICED_BY = {
    "schema": {"database", "probe-database"},
    "contract": {"contract"},
    "files": {"layout", "routes", "migration-text", "squawk", "migration", "plan"},
    "behaviour": {"rest", "raw"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_faults_enough(kind: str) -> None:
    """A score over a handful says nothing."""
    assert len(FAULTS[kind]) >= LEAST[kind]


def test_there_are_rare_schemas_enough() -> None:
    """One could be right by chance."""
    assert len(UNUSUAL) >= 2


def test_a_name_stands_for_one_fault() -> None:
    """`only=` would run another one than was meant, and a patch would be found for two."""
    assert [name for name, count in Counter(fault.name for fault in ALL).items() if count > 1] == []
    assert {fault.name for fault in ALL}.isdisjoint({*KINDS, "unbroken", "unusual"})


def test_a_fault_names_a_check_that_can_notice_it(tmp_path: Path) -> None:
    """A check that was renamed would leave its faults without a judge."""
    checks = catalogue.load(tmp_path).checks
    wrong = [
        f"{fault.name}: {fault.expected}"
        for fault in ALL
        if fault.expected not in checks or checks[fault.expected].kind not in NOTICED_BY[fault.kind]
    ]
    assert wrong == []


def test_every_patch_is_of_a_fault() -> None:
    """One that nobody names is never tried."""
    patches = {file.stem for file in FAULTS["behaviour"][0].patch.parent.iterdir()}
    assert patches == {fault.name for fault in FAULTS["behaviour"]}


def test_every_fault_fits_the_service_of_today(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes what is rendered mends the faults in it at once."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    service = copy()
    document = openapi.bundle(service, "api/rest/openapi.yaml")
    assert [name for fault in FAULTS["behaviour"] if (name := refused(service, fault))] == []
    for fault in FAULTS["contract"]:
        assert edit.changed(document, fault.change["edits"]) != document, fault.name
    for fault in FAULTS["files"]:
        change(service, fault)


def refused(service: Path, fault: Fault) -> str:
    """Why a patch does not apply, if it does not."""
    command = ["git", "apply", "--check", str(fault.patch)]
    done = subprocess.run(command, cwd=service, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@pytest.mark.skipif(not GOFMT, reason="gofmt is not installed")
def test_every_patch_leaves_code_that_can_be_read(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git applies one to the nearest place that looks alike; a service that is not built notices nothing."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    service, broken = copy(), {}
    for fault in FAULTS["behaviour"]:
        subprocess.run(["git", "apply", str(fault.patch)], cwd=service, check=True)
        named = re.findall(r"^\+\+\+ b/(\S+\.go)", fault.patch.read_text(encoding="utf-8"), re.MULTILINE)
        files = [name for name in named if (service / name).exists()]
        done = subprocess.run([str(GOFMT), "-l", *files], cwd=service, capture_output=True, text=True, check=False)
        if files and done.returncode:
            broken[fault.name] = done.stderr
        subprocess.run(["git", "apply", "--reverse", str(fault.patch)], cwd=service, check=True)
    assert broken == {}


def tried(kind: str, states: str, *, grave: bool = False) -> list[tuple[Fault, Verdict]]:
    """Faults, one for each letter: f for found, m for missed, o for found by another check, i for impossible."""
    said = {"f": (FOUND, ()), "m": (MISSED, ()), "o": (MISSED, ("A1.slash",)), "i": (IMPOSSIBLE, ())}
    found = []
    for number, letter in enumerate(states):
        fault = Fault(kind, f"{kind}-{number}", "A2.key", grave, {})
        state, others = said[letter]
        found.append((fault, Verdict(fault.name, fault.expected, state, "", others, 0)))
    return found


@pytest.mark.parametrize(
    ("verdicts", "against", "enough"),
    [
        (tried("schema", "f" * 100), [], True),
        (tried("schema", "f" * 98 + "mm"), [], True),
        (tried("schema", "f" * 97 + "mmm"), [], False),
        (tried("schema", "f" * 97 + "mmo"), [], False),
        (tried("schema", "f" * 97 + "mmi"), [], False),
        (tried("schema", "f" * 99) + tried("contract", "m", grave=True), [], False),
        (tried("schema", "f" * 99) + tried("contract", "o", grave=True), [], False),
        (tried("schema", "f"), ["D2.none public.things: has no primary key"], False),
        ([], [], True),
    ],
)
def test_the_bars(verdicts: list[tuple[Fault, Verdict]], against: list[str], enough: bool) -> None:
    """Of a hundred faults two may be missed, none of security, and nothing may be found where nothing is."""
    assert Score(verdicts, [Clean("unbroken", "9 checks", against)]).enough is enough


def test_the_table() -> None:
    """What is missed is named; what another check has found is told apart."""
    verdicts = tried("schema", "ffo") + tried("contract", "fm", grave=True)
    assert Score(verdicts, [Clean("unbroken", "9 checks", ["one", "two"])]).table().splitlines() == [
        "kind          faults   found    by the check meant   of security",
        "schema             3       3                     2        0 of 0",
        "contract           2       1                     1        1 of 2",
        "all                5       4                     3        1 of 2",
        "missed: schema-2 by A2.key, missed",
        "missed: contract-1 by A2.key, missed",
        "unbroken: 2 findings in 9 checks",
        "  one",
        "  two",
    ]
