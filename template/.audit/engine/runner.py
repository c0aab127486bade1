# Kept by the platform: docs/ownership.md says what that means.
"""Carries out checks, kind by kind, and tells of each what came of it."""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from engine import waivers as waiver_file
from engine.catalogue import Catalogue
from engine.context import Context
from engine.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_RUN,
    PASS,
    WAIVED,
    BrokenError,
    Check,
    Evidence,
    Finding,
    Kind,
    Ran,
    UnavailableError,
)
from engine.waivers import Waiver

ENGINE = "engine"  # the kind whose checks the engine carries out itself


@dataclass
class Result:
    """What came of one check."""

    check: Check
    applies: bool = True
    ran: bool = False
    evidence: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waived: dict[Finding, Waiver] = field(default_factory=dict)
    why: str = ""  # it is NOT RUN
    today: date = field(default_factory=date.today)

    @property
    def enforced(self) -> bool:
        """Whether findings count; before that day they are warnings."""
        return self.check.enforced_from <= self.today

    @property
    def open(self) -> list[Finding]:
        """The findings that no waiver covers."""
        return [finding for finding in self.findings if finding not in self.waived]

    @property
    def state(self) -> str:
        """One of the five states."""
        if not self.applies:
            return NOT_APPLICABLE
        if self.open and self.enforced:
            return FAIL
        if not self.ran:
            return NOT_RUN
        return WAIVED if self.waived else PASS


@dataclass
class Outcome:
    """What came of an audit. It is partial if something broke off; then `broken` has a sentence for each cause."""

    results: dict[str, Result]
    broken: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, item: str) -> list[Result]:
        """The results of an item's checks."""
        return [result for result in self.results.values() if result.check.item == item]

    def state(self, item: str) -> str:
        """The worst of the states of an item's checks."""
        states = {result.state for result in self.of(item)}
        return next((state for state in (FAIL, NOT_RUN, WAIVED, PASS) if state in states), NOT_APPLICABLE)

    @property
    def code(self) -> int:
        """The exit code: 0 all is well, 1 findings or something not run, 2 the audit could not be carried out."""
        if self.broken:
            return 2
        return 1 if {FAIL, NOT_RUN} & {result.state for result in self.results.values()} else 0


def run(context: Context, catalogue: Catalogue, wanted: Iterable[Check], today: date) -> Outcome:
    """Carries out the wanted checks. What breaks is noted, and the other kinds go on."""
    facts = set(context.settings.facts)
    results = {check.id: Result(check, applies=facts.issuperset(check.applies), today=today) for check in wanted}
    outcome = Outcome(results)
    accepted = _waivers(context, catalogue, outcome, today)
    kinds = sorted({result.check.kind for result in results.values()} - {ENGINE}, key=_order(catalogue))
    for name in kinds:
        checks = [result.check for result in results.values() if result.check.kind == name and result.applies]
        if checks:
            _kind(context, catalogue, name, checks, outcome)
    _waive(accepted, outcome)
    return outcome


def _order(catalogue: Catalogue) -> Callable[[str], int]:
    return list(catalogue.kinds).index


def _kind(context: Context, catalogue: Catalogue, name: str, checks: list[Check], outcome: Outcome) -> None:
    """Runs one kind; whatever it raises concerns its own checks only."""
    began = time.monotonic()
    context.say(name)
    why = "it was not carried out"
    try:
        module: Kind = importlib.import_module(catalogue.kinds[name].module)
        for told in module.run(context, checks):
            _take(told, outcome)
    except UnavailableError as missing:
        why = str(missing)
    except BrokenError as broken:
        why = str(broken)
        if why not in outcome.broken:
            outcome.broken.append(why)
    except Exception as error:  # a fault of a check must not hide what the others find
        place = traceback.extract_tb(error.__traceback__)[-1]
        why = f"The kind {name} broke off in {place.name}, line {place.lineno}: {type(error).__name__}: {error}"
        outcome.broken.append(" ".join(why.split()))
    for check in checks:
        outcome.results[check.id].why = "" if outcome.results[check.id].ran else why
    outcome.seconds[name] = time.monotonic() - began


def _take(told: Finding | Evidence | Ran, outcome: Outcome) -> None:
    result = outcome.results.get(told.check)
    if result is None:
        return
    if isinstance(told, Ran):
        result.ran = True
    elif isinstance(told, Evidence):
        if told.text:
            result.evidence.append(told.text)
    elif told not in result.findings:
        result.findings.append(told)


def _waivers(context: Context, catalogue: Catalogue, outcome: Outcome, today: date) -> list[Waiver]:
    """Reads the waivers, notes those that are refused, and returns the others."""
    own = [result for result in outcome.results.values() if result.check.kind == ENGINE]
    try:
        given = waiver_file.load(context.root)
    except BrokenError as broken:
        outcome.broken.append(str(broken))
        for result in own:
            result.why = str(broken)
        return []
    bad = list(waiver_file.refused(given, catalogue, today))
    for _, finding in bad:
        _take(finding, outcome)
    for result in own:
        result.ran = True
        result.evidence.append(f"{len(given)} waivers" if given else "no waiver")
    refused = {waiver.id for waiver, _ in bad}
    return [waiver for waiver in given if waiver.id not in refused]


def _waive(accepted: list[Waiver], outcome: Outcome) -> None:
    """Lets waivers cover findings, and notes those that cover nothing."""
    by_place = {(waiver.check, waiver.object): waiver for waiver in accepted}
    used = set()
    for result in outcome.results.values():
        for finding in result.findings:
            if waiver := by_place.get((finding.check, finding.object)):
                result.waived[finding] = waiver
                used.add(waiver.id)
    ran = {result.check.id for result in outcome.results.values() if result.ran}
    for finding in waiver_file.stale(accepted, used, ran):
        _take(finding, outcome)
