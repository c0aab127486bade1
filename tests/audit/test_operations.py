"""What the probes take an operation of a team for."""

from __future__ import annotations

from typing import Any

from probes.contract import Contract

BODY: dict[str, Any] = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


def offered(post: dict[str, Any]) -> set[str]:
    """The kinds of operations that the probes find where a contract has this one."""
    answers = {"responses": {"201": {"description": "It is there."}}}
    document = {"paths": {"/v1/invoices/{invoice_id}/voidings": {"post": {"operationId": "void", **answers, **post}}}}
    return {kind for resource in Contract(document).resources for kind in resource.operations}


def test_a_post_without_a_body_is_not_probed_as_one_that_takes_rows() -> None:
    """There is no row to send: the probes would break off, and nothing would be audited."""
    assert offered({}) == set()
    assert offered(BODY) == {"create"}
