# Kept by the platform: docs/ownership.md says what that means.
"""Which probes a resource gets, by the operations that it has, and which checks they carry out."""

from __future__ import annotations

from collections.abc import Callable

from probes import (
    access,
    changes,
    cursors,
    filters,
    hostile,
    idempotency,
    isolation,
    negotiation,
    pages,
    preconditions,
    relations,
    roundtrip,
    syntax,
    validation,
)
from probes.contract import Contract, Resource
from probes.report import Report
from probes.world import World

Probe = Callable[[World, Report, Resource], None]

PROBES: tuple[tuple[Probe, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        roundtrip.run,
        ("create",),
        (
            "A3.created",
            "A3.location",
            "A3.etag",
            "A2.stored",
            "A4.default",
            "A3.read",
            "A2.safe",
            "A2.head",
            "A3.absent",
            "A3.deleted",
            "A2.delete-twice",
            "D7.gone",
            "D7.kept",
            "D7.unique-free",
        ),
    ),
    (changes.run, ("create",), ("A3.updated", "A2.merge-patch", "A2.updated-at", "A2.put", "A2.stored", "A3.etag")),
    (isolation.run, ("create",), isolation.CHECKS),
    (
        preconditions.run,
        ("create",),
        ("A3.precondition-required", "A3.stale", "A3.precondition-malformed", "A3.lost-update"),
    ),
    (
        validation.run,
        ("create",),
        (*validation.BODY, "A4.boundary", "A4.privileged", "A4.cased", "A4.reference", "A4.nothing-kept"),
    ),
    (relations.conflicts, ("create",), ("A3.conflict",)),
    (relations.in_use, ("create",), ("A3.in-use", "D3.on-delete")),
    (syntax.run, ("create",), ("A4.malformed", "A4.duplicate", "A4.encoding", "A4.number", "A4.deep")),
    (
        idempotency.run,
        ("create",),
        ("A2.replay", "A2.key-reused", "A2.key-kept", "A2.key-malformed", "A7.key-of-another", "A2.key-race"),
    ),
    (
        filters.run,
        ("create", "list"),
        ("A5.filter", "A5.filter-value", "A5.sort", "A5.combined", "A5.rows-lost", "A5.rows-twice"),
    ),
    (
        pages.run,
        ("list",),
        (
            "A5.default",
            "A5.limit",
            "A5.rows-lost",
            "A5.rows-twice",
            "A5.last-page",
            "A5.order",
            "A5.cursor",
            "A4.unknown-parameter",
        ),
    ),
    (cursors.run, ("list",), ("A5.cursor",)),
    (access.overrides, ("create", "get"), ("A7.override",)),
    (hostile.run, ("create",), ("SEC.verbatim", "SEC.injection", "A4.id")),
)
WHOLE: tuple[tuple[Callable[[World, Report], None], tuple[str, ...]], ...] = (
    (access.run, access.CHECKS),
    (validation.others, validation.BODY),
    (
        negotiation.run,
        (
            "A3.no-such-path",
            "A2.not-allowed",
            "A2.allow",
            "A3.not-acceptable",
            "A3.media-type",
            "A2.accept-patch",
            "A3.too-large",
        ),
    ),
)
EVERYWHERE = (
    "A3.server-error",
    "A3.undocumented",
    "A3.body",
    "A3.header",
    "A3.slow",
    "A4.problem",
    "A4.request-id",
    "A6.fields",
    "SEC.banner",
    "SEC.headers",
    "SEC.cors",
    "SEC.leak",
)


def excuse(contract: Contract, report: Report) -> None:
    """Checks for which this contract has nothing to look at."""
    kinds = {kind for resource in contract.resources for kind in resource.operations}
    if "create" not in kinds:
        for check in {check for _, _, carried in PROBES for check in carried}:
            report.none(check, "no resource has the operation create")
    if not any(operation.scopes for operation in contract.operations):
        for check in ("A7.scope", "A7.scope-first"):
            report.none(check, "no operation asks for a scope")
    needs = {
        "get": ("A3.read", "A2.safe", "A2.head", "A3.absent", "A7.override"),
        "patch": (
            "A3.updated",
            "A2.merge-patch",
            "A2.updated-at",
            "A3.lost-update",
            "A3.precondition-required",
            "A4.nothing-kept",
        ),
        "put": ("A2.put",),
        "delete": (
            "A3.deleted",
            "A2.delete-twice",
            "D7.gone",
            "D7.kept",
            "D7.unique-free",
            "A3.in-use",
            "D3.on-delete",
        ),
        "list": (
            "A5.default",
            "A5.limit",
            "A5.rows-lost",
            "A5.rows-twice",
            "A5.last-page",
            "A5.order",
            "A5.cursor",
            "A5.sort",
            "A5.filter",
            "A5.filter-value",
            "A5.combined",
            "A4.unknown-parameter",
            "A7.foreign-list",
        ),
    }
    for kind, checks in needs.items():
        if kind not in kinds:
            for check in checks:
                report.none(check, f"no resource has the operation {kind}")
    for check in (
        "A3.in-use",
        "D3.on-delete",
        "A7.foreign-item",
        "A7.foreign-list",
        "A7.foreign-parent",
        "A7.foreign-unique",
        "A5.filter",
        "A5.filter-value",
        "A5.combined",
        "A4.bound",
        "A4.enum",
        "A4.format",
        "A4.boundary",
        "A4.id",
        "A3.stale",
        "A3.precondition-malformed",
        "A3.location",
        "A8.told",
    ):
        report.none(check, "the contract has nothing of this kind")
