# Kept by the platform: docs/ownership.md says what that means.
"""What schemathesis cannot read in the contract. It runs in schemathesis, which finds it by audit/schemathesis.toml."""

from __future__ import annotations

import re
from typing import Any

import schemathesis  # type: ignore[import-not-found,unused-ignore]
from schemathesis.specs.openapi.checks import (  # type: ignore[import-not-found,unused-ignore]
    negative_data_rejection,
    positive_data_acceptance,
)

ENTITY_TAG = re.compile(r'\*|(W/)?"[^"]*"')  # RFC 9110, 8.8.3 and 13.1.1
STORED = {"reference", "cursor"}
"""The violations that depend on rows: an ID that leads nowhere, a cursor that was not given out for this list."""
UNSAID = {"range", "format"}
"""The violations that JSON Schema does not tell of a text, or of a member of an object whose schema many share: the
range of a decimal or of an amount, a format beside a pattern."""


@schemathesis.check  # type: ignore[untyped-decorator,unused-ignore]
def accepts_what_the_contract_allows(ctx: Any, response: Any, case: Any) -> Any:
    """positive_data_acceptance, unless all that is wrong with the request is beyond the contract.

    The coverage phase makes no header with quotes: it sends a wrong If-Match beside a valid body, and calls both valid.
    """
    tag = (case.headers or {}).get("If-Match")
    if tag is not None and not ENTITY_TAG.fullmatch(tag):
        return None
    wrong = case.meta is not None and any(part.mode.is_negative for part in case.meta.components.values())
    if wrong or (response.status_code == 400 and all(beyond(told, case.body) for told in violations(response))):
        return None
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check  # type: ignore[untyped-decorator,unused-ignore]
def refuses_what_the_contract_forbids(ctx: Any, response: Any, case: Any) -> Any:
    """negative_data_rejection, unless all that is wrong is one more header: anybody may send some (RFC 9110, 5.1)."""
    if case.meta is not None:
        told = str(getattr(case.meta.phase.data, "description", "")).lower()
        wrong = {place.value for place, part in case.meta.components.items() if part.mode.is_negative}
        if wrong == {"header"} and "unexpected properties" in told:
            return None
    return negative_data_rejection(ctx, response, case)


def violations(response: Any) -> list[dict[str, str]]:
    """Returns the violations of a problem; a problem without any counts as one, and so does what is no problem."""
    try:
        problem: dict[str, Any] = response.json()
        return problem.get("errors") or [problem]
    except (ValueError, AttributeError):
        return [{}]


def beyond(violation: dict[str, str], body: Any) -> bool:
    """Whether the contract cannot tell that a request has this violation."""
    code, (member, *below) = violation.get("code"), violation.get("pointer", "").removeprefix("/").split("/")
    value = body.get(member) if isinstance(body, dict) else None
    return code in STORED or (code in UNSAID and (isinstance(value, str) or bool(below)))


@schemathesis.hook  # type: ignore[untyped-decorator,unused-ignore]
def map_body(context: Any, body: Any) -> Any:  # noqa: ARG001 - the name is part of the hook
    """Writes whole numbers without a point: 1.0 is an integer to JSON Schema, and none to the readers of an int64."""
    return whole(body)


def whole(value: Any) -> Any:
    """Returns the value with every float that is a whole number as an integer."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return value
