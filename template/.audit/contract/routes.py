# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that holds what is registered in the service against the contract, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.context import Context
from engine.model import Check, Evidence, Finding, Ran
from engine.openapi import METHODS

KIND = "routes"


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Asks the hook `routes`."""
    routes = context.hooks.listed("routes", "method", "path", "place")
    served = {(route["method"], plain(route["path"])): route for route in routes}
    promised = {
        (method.upper(), plain(path)): getattr(item[method], "place", "")
        for path, item in context.contract.get("paths", {}).items()
        for method in METHODS
        if method in item
    }
    beside = {tuple(route.split(" ", 1)) for route in context.settings.beside_contract}
    for check in checks:
        if check.id == "P3.not-in-contract":
            for key in sorted(served.keys() - promised.keys()):
                if (key[0], key[1]) not in beside:
                    yield Finding(
                        check.id, " ".join(key), "is served, and is not in the contract", served[key]["place"]
                    )
        else:
            for key in sorted(promised.keys() - served.keys()):
                if ("ANY", key[1]) not in served:
                    yield Finding(check.id, " ".join(key), "is in the contract, and is not served", promised[key])
        yield Evidence(check.id, f"{len(served)} routes")
        yield Ran(check.id)


def plain(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"{[^}]*}", "{}", path)
