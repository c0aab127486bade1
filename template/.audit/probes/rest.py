# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that asks the running service: from the contract alone, so that what a team adds is probed too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg

from engine.model import Check, Evidence, Finding, Ran
from probes import answers, catalogue, limits, versions
from probes.client import NOBODY, OWNER, READER, STRANGER, Client
from probes.contract import Contract
from probes.plan import EVERYWHERE, PROBES, WHOLE, excuse
from probes.report import Report
from probes.world import UnusableError, World

KIND = "rest"
GENEROUS = {"RATE_LIMIT_CALLER": "600000/1m", "RATE_LIMIT_ADDRESS": "600000/1m"}


def run(context: Any, checks: list[Check], areas: frozenset[str] = frozenset()) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the checks on an instance of its own, and yields what was found, in the order of the checks.

    What holds for all answers is looked for in those that the probes get; `areas` names their modules, if not all.
    """
    report, contract = Report(), Contract(context.contract)
    if not contract.operations:
        for check in checks:
            report.none(check.id, "the contract has no operation")
        yield from outcome(report, checks)
        return
    tables = _tables(context)
    seen = []
    wanted = {check.id for check in checks}
    with context.restart(GENEROUS) as base_url:
        client = Client(base_url, contract, context.credentials)
        world = World(client, tables, connect=context.connect if tables else None, grant=_grant(context))
        probe(world, report, wanted, areas, context.say)
        _guarded(
            report,
            {"A8.unknown", "A8.place", "A8.told"},
            "versions",
            lambda: versions.run(world, report, _mode(context, contract)),
        )
        seen += client.seen
        world.close()
    if any(check.startswith("A6.") for check in wanted):
        with context.restart({**GENEROUS, **limits.LOW}) as base_url:
            low = Client(base_url, contract, context.credentials)
            _guarded(report, set(limits.CHECKS), "rate limits", lambda: limits.run(low, report))
            seen += low.seen
    answers.run(contract, seen, report, _secrets(client))
    limits.fields(report, seen)
    for name in EVERYWHERE:
        report.none(name, "no answer of this kind was seen")
    excuse(contract, report)
    context.say(f"{len(seen)} answers seen")
    yield from outcome(report, checks)


def probe(world: World, report: Report, wanted: set[str], areas: frozenset[str], say: Callable[[str], None]) -> None:
    """All probes of the areas that carry out a check that is wanted."""

    def meant(module: str, carried: tuple[str, ...]) -> bool:
        inside = not areas or module.rpartition(".")[2] in areas
        return inside and bool(wanted & {*carried, *EVERYWHERE, "A4.pointer"})

    for probing, kinds, carried in PROBES:
        began = time.monotonic()
        if meant(probing.__module__, carried):
            for resource in world.contract.resources:
                if all(resource.can(kind) for kind in kinds):
                    _guarded(report, set(carried), resource.path, lambda r=resource, p=probing: p(world, report, r))  # type: ignore[misc]
        say(f"{probing.__module__}.{probing.__name__}: {time.monotonic() - began:.1f} s")
    for whole, carried in WHOLE:
        began = time.monotonic()
        if meant(whole.__module__, carried):
            _guarded(report, set(carried), whole.__module__, lambda w=whole: w(world, report))  # type: ignore[misc]
        say(f"{whole.__module__}: {time.monotonic() - began:.1f} s")


def _guarded(report: Report, carried: set[str], thing: str, do: Callable[[], None]) -> None:
    """What cannot be probed to its end is not taken for probed."""
    try:
        do()
    except UnusableError as error:
        operation = error.resource.can("create")
        report.that(
            False,
            "A3.created",
            operation.name if operation else error.resource.path,
            f"a row that the contract allows is refused: {error.answer}",
        )
        report.crashed(carried - {"A3.created"}, f"{thing}: {error}")
    except (
        httpx.HTTPError,
        psycopg.Error,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        report.crashed(carried, f"{thing}: {type(error).__name__}: {error}")


def _grant(context: Any) -> Callable[[list[str]], dict[str, str]]:
    def granted(scopes: list[str]) -> dict[str, str]:
        found: dict[str, str] | None = context.hooks.headers(OWNER, scopes, context.environment)
        return found or {}

    return granted


def _tables(context: Any) -> dict[str, catalogue.Table]:
    with context.connect() as connection:
        return catalogue.read(connection)


def _mode(context: Any, contract: Contract) -> str:
    told = str(getattr(context.settings, "api_versioning", "") or "")
    return told or ("path" if any(versions.NUMBER.match(o.path) for o in contract.operations) else "header")


def _secrets(client: Client) -> list[str]:
    found = [
        value.partition(" ")[2] for name in (OWNER, STRANGER, READER, NOBODY) for _, value in client.identity(name)
    ]
    return [secret for secret in found if len(secret) > 8]


def outcome(report: Report, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """For each check its findings, and what was looked at if it was carried out."""
    for check in checks:
        for thing, message in report.of(check.id):
            yield Finding(check=check.id, object=thing, message=message, place=thing)
        if report.done(check.id):
            yield Evidence(check.id, report.evidence(check.id))
            yield Ran(check.id)
