# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that reads the contract. A rule is data: what it selects, and a JSON Schema for what is selected.

select: parameter                      # one of views.VIEWS
when: {properties: {in: {const: query}}}         # which of them; left out, all
must: {properties: {name: {pattern: "^[a-z]"}}}  # what holds of each; must_not is its opposite
message: "{name} does not begin with a letter"   # with members of the view
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from contract.views import VIEWS, View, plain, views
from engine.context import Context
from engine.model import BrokenError, Check, Evidence, Finding, Ran

KIND = "contract"


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the rules on the contract of the service."""
    yield from judge(context.contract, checks, context.settings.api_versioning)


def judge(document: dict[str, Any], checks: list[Check], versioning: str) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the rules on a document."""
    seen: dict[str, list[View]] = defaultdict(list)
    for view in views(document, versioning):
        seen[view.kind].append(view)
    for check in checks:
        kind = str(check.rule.get("select", ""))
        if kind not in VIEWS:
            raise BrokenError(f"{check.place}: {check.id} selects {kind!r}; there are {', '.join(VIEWS)}.")
        when, must, must_not = (schema(check, word) for word in ("when", "must", "must_not"))
        looked = 0
        for view in seen[kind]:
            if when and not when.is_valid(view.told):
                continue
            looked += 1
            if (must and not must.is_valid(view.told)) or (must_not and must_not.is_valid(view.told)):
                yield Finding(check.id, view.name, said(check, view), view.place)
        yield Evidence(check.id, f"{looked} {kind}s")
        yield Ran(check.id)


def schema(check: Check, word: str) -> jsonschema_rs.Validator | None:
    """Returns a validator for a part of a rule; BrokenError if it is no JSON Schema."""
    if word not in check.rule:
        return None
    try:
        return jsonschema_rs.validator_for(plain(check.rule[word]))
    except (jsonschema_rs.ValidationError, ValueError) as error:
        told = " ".join(str(getattr(error, "message", error)).split())
        raise BrokenError(f"{check.place}: {word} of {check.id} is no JSON Schema: {told}") from None


class _Words(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def said(check: Check, view: View) -> str:
    """The message of a rule about one thing."""
    return str(check.rule.get("message", check.title)).format_map(_Words(view.told))
