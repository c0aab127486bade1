"""What is wrong with an endpoint that a team has added is found, alone, and named with the line of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.audit.growth import CONTRACT, Edit, broken
from tests.auditing import Audited

LIMIT = "      - $ref: common.yaml#/parameters/limit\n"
ENDPOINT: Mapping[str, tuple[str, Edit, tuple[str, str]]] = {
    "an operation for everybody": (
        CONTRACT,
        ('      - bearer: ["notes:write"]\n', "      []\n"),
        ("A7.secured", "POST /v1/notes"),
    ),
    "an operation without a scope": (
        CONTRACT,
        ('bearer: ["notes:write"]', "bearer: []"),
        ("A7.scoped", "POST /v1/notes"),
    ),
    "a noun in the singular": ("api/rest/openapi.yaml", ("/v1/notes", "/v1/note"), ("A1.plural", "/v1/note")),
    "an address in camelCase": (
        "api/rest/openapi.yaml",
        ("/v1/notes", "/v1/myNotes"),
        ("A1.segment-case", "/v1/myNotes"),
    ),
    "a verb in the address": ("api/rest/openapi.yaml", ("/v1/notes", "/v1/get-notes"), ("A1.verb", "/v1/get-notes")),
    "no 401": (
        CONTRACT,
        ('      "401": {$ref: common.yaml#/responses/Unauthorized}\n', ""),
        ("A7.refusals", "GET /v1/notes"),
    ),
    "no 429": (
        CONTRACT,
        ('      "429": {$ref: common.yaml#/responses/TooManyRequests}\n', ""),
        ("A6.documented", "GET /v1/notes"),
    ),
    "no limit": (CONTRACT, (LIMIT, ""), ("A5.limited", "GET /v1/notes")),
    "no cursor": (CONTRACT, (LIMIT.replace("limit", "cursor"), ""), ("A5.paged", "GET /v1/notes")),
    "a body that is open": (CONTRACT, ("    additionalProperties: false\n", ""), ("A4.closed", "NoteCreate")),
    "a text without an end": (
        CONTRACT,
        ("minLength: 1, maxLength: 500", "minLength: 1"),
        ("A4.bounded-text", "NoteCreate.text"),
    ),
    "a member in camelCase": (
        CONTRACT,
        ("invoice_id:", "invoiceId:"),
        ("A1.member-case", "NoteCreate.invoiceId"),
    ),
    "a list at the top": (
        CONTRACT,
        (
            '        schema: {$ref: "#/schemas/NotePage"}',
            '        schema: {type: array, maxItems: 9, items: {$ref: "#/schemas/Note"}}',
        ),
        ("A5.top", "GET /v1/notes 200"),
    ),
    "created, and it is 200": (CONTRACT, ('      "201":', '      "200":'), ("A3.create-status", "POST /v1/notes")),
}


@pytest.mark.parametrize(("file", "edit", "expected"), ENDPOINT.values(), ids=ENDPOINT.keys())
def test_what_is_wrong_with_an_endpoint_is_found_and_named(
    grown: Audited, file: str, edit: Edit, expected: tuple[str, str]
) -> None:
    """The rule, the operation, and the line of the contract, without the service."""
    broken(grown, file, edit)
    said = grown.audit("static", "--only", "contract")
    check, thing = expected
    assert said.code == 1, said.out + said.err
    objects = [finding["object"] for finding in said.found(check)]
    assert thing in objects, said.out
    place = next(finding["place"] for finding in said.found(check) if finding["object"] == thing)
    assert re.fullmatch(r"api/rest/(notes|openapi)\.yaml:\d+", place), place


def test_what_is_not_in_the_contract_is_found_and_named(grown: Audited) -> None:
    """A route that somebody registered beside it."""
    grown.write("internal/note/extra.go", 'package note\n\nfunc r(m mux) { m.HandleFunc("GET /v1/export", nil) }\n')
    said = grown.audit("static", "--only", "P3.not-in-contract")
    assert said.code == 1
    assert {"object": "GET /v1/export", "place": "internal/note/extra.go"}.items() <= said.found("P3.not-in-contract")[
        0
    ].items()
