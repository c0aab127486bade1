"""What a team adds by hand is audited without being named anywhere, and what is wrong with it is found and named."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.audit import schema_only
from tests.audit.growth import CONTRACT, MIGRATION, grow
from tests.auditing import Audited, duplicate
from tests.service import Service, lend_tools

SCHEMA = "database,probe-database"


@pytest.fixture
def grown(service: Audited) -> Audited:
    """A service with notes, which is not built again."""
    grow(service)
    return service


@pytest.fixture
def stored(grown: Audited, addresses: Mapping[str, str]) -> Audited:
    """The same with a database that is made of the migrations alone."""
    command = f"{sys.executable} {schema_only.__file__} db/migrations billing_owner db/roles.sql"
    settings = re.sub(r"^  up: .*$", f"  up: {command}", grown.read("audit/audit.yml"), flags=re.MULTILINE)
    grown.write("audit/audit.yml", settings)
    return Audited(grown.folder, addresses)


def test_a_service_with_a_table_and_an_endpoint_of_its_own_stays_green(
    built: Path, tools: Service, tmp_path: Path, addresses: Mapping[str, str]
) -> None:
    """All of the audit, on the program that was built with them."""
    service = duplicate(built, tmp_path / "billing", built / ".local" / "python", addresses)
    shutil.rmtree(service.folder / ".local" / "bin")
    lend_tools(tools, Service(service.folder))
    grow(service)
    Service(service.folder, addresses).make("build")
    said = service.audit("audit")
    assert (said.code, said.err) == (0, ""), said.out
    assert len(said.states) == 22
    assert set(said.states.values()) == {"PASS"}
    assert "NOT RUN" not in {check["state"] for check in said.checks.values()}
    assert said.checks["D6.both-ways"]["evidence"] == "2 migrations"
    assert said.checks["P3.not-served"]["evidence"].endswith(" routes")


def test_the_schema_and_the_contract_of_what_was_added_are_found_right(stored: Audited) -> None:
    """So whatever the tests below find is of what they broke."""
    said = stored.audit("audit", "--only", f"contract,migration-text,{SCHEMA}")
    assert (said.code, said.findings) == (0, []), said.out


FOREIGN_KEY = "constraint notes_invoice_id_fkey foreign key (invoice_id) references invoices (id) on delete restrict"
TABLE = {
    "a foreign key without an index": (
        ("create index notes_invoice_id_id_idx on notes (invoice_id, id);\n", ""),
        ("D4.foreign-key", "public.notes.notes_invoice_id_fkey"),
    ),
    "no trigger for updated_at": (
        (re.compile(r"create trigger notes_touch.*?;\n", re.DOTALL), ""),
        ("D5.trigger", "public.notes"),
    ),
    "no choice of what a delete does": (
        (FOREIGN_KEY, FOREIGN_KEY.removesuffix(" on delete restrict")),
        ("D3.no-choice", "public.notes.notes_invoice_id_fkey"),
    ),
    "a reference without a foreign key": (
        (f"    {FOREIGN_KEY},\n", ""),
        ("D3.missing", "public.notes.invoice_id"),
    ),
    "numbered columns": (
        ("    owner text not null,", "    line_1 text,\n    line_2 text,\n    owner text not null,"),
        ("D1.column-group", "public.notes"),
    ),
    "no word on deletes": ((" @delete append-only", ""), ("D7.undeclared", "public.notes")),
    "another word on deletes than the columns say": (
        ("@delete append-only", "@delete soft"),
        ("D7.disagrees", "public.notes"),
    ),
    "a document in a column": (
        ("    owner text not null,", "    extra jsonb,\n    owner text not null,"),
        ("D1.many-values", "public.notes.extra"),
    ),
    "a text of a length": (
        ("    text text not null,", "    text varchar(500) not null,"),
        ("D1.length-in-type", "public.notes.text"),
    ),
    "an amount that is rounded": (
        ("    owner text not null,", "    fee_amount real,\n    owner text not null,"),
        ("D1.money", "public.notes.fee_amount"),
    ),
    "no primary key": (("    constraint notes_pkey primary key (id),\n", ""), ("D2.none", "public.notes")),
    "a moment without a zone": (
        ("    created_at timestamptz", "    created_at timestamp"),
        ("D5.shape", "public.notes.created_at"),
    ),
    "personal data that nobody named": (
        ("    owner text not null,", "    email text,\n    owner text not null,"),
        ("SEC.personal", "public.notes.email"),
    ),
    "a table for everybody": (
        ("grant select, insert on notes to billing_service;", "grant select, insert on notes to public;"),
        ("SEC.public-grant", "public.notes"),
    ),
}
Edit = tuple[str | re.Pattern[str], str]


def broken(service: Audited, name: str, edit: Edit) -> None:
    """Make one edit."""
    old, new = edit
    before = service.read(name)
    after = before.replace(old, new) if isinstance(old, str) else old.sub(new, before)
    assert after != before, edit
    service.write(name, after)


@pytest.mark.parametrize(("edit", "expected"), TABLE.values(), ids=TABLE.keys())
def test_what_is_wrong_with_a_table_is_found_and_named(stored: Audited, edit: Edit, expected: tuple[str, str]) -> None:
    """The rule, the object, and the line of the migration."""
    broken(stored, MIGRATION, edit)
    said = stored.audit("audit", "--only", SCHEMA)
    check, thing = expected
    assert said.code == 1, said.out + said.err
    assert thing in [finding["object"] for finding in said.found(check)], said.out
    named = [finding["place"] for finding in said.found(check) if finding["object"] == thing]
    assert re.fullmatch(rf"{re.escape(MIGRATION)}:\d+", named[0]), named


MIGRATIONS = {
    "no way back": (
        (re.compile(r"-- migrate:down.*", re.DOTALL), "-- migrate:down\n"),
        "D6.both-ways",
    ),
    "an index that blocks writers": (
        ("-- migrate:down", "create index invoices_due_on_idx on invoices (due_on);\n\n-- migrate:down"),
        "D6.squawk",
    ),
    "rows that are lost": (("-- migrate:down", "drop table payments;\n\n-- migrate:down"), "D6.lossy"),
}


@pytest.mark.parametrize(("edit", "check"), MIGRATIONS.values(), ids=MIGRATIONS.keys())
def test_what_is_wrong_with_a_migration_is_found_and_named(grown: Audited, edit: Edit, check: str) -> None:
    """Without a database."""
    broken(grown, MIGRATION, edit)
    said = grown.audit("static", "--only", "D6")
    assert said.code == 1, said.out + said.err
    assert {(f["object"], f["place"].split(":")[0]) for f in said.found(check)} == {(MIGRATION, MIGRATION)}, said.out


OPERATION = '    security:\n      - bearer: ["notes:read"]\n'
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
