"""What is wrong with a table that a team has added is found, alone, and named with the line of its migration."""

from __future__ import annotations

import re

import pytest

from tests.audit.growth import MIGRATION, SCHEMA, Edit, broken
from tests.auditing import Audited

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


@pytest.mark.parametrize(("edit", "expected"), TABLE.values(), ids=TABLE.keys())
def test_what_is_wrong_with_a_table_is_found_and_named(stored: Audited, edit: Edit, expected: tuple[str, str]) -> None:
    """The rule, the object, and the line of the migration."""
    broken(stored, MIGRATION, edit)
    said = stored.audit("audit", "--only", SCHEMA)
    check, thing = expected
    assert said.code == 1, said.out + said.err
    assert thing in [finding["object"] for finding in said.found(check)], said.out
    named = [finding["place"] for finding in said.found(check) if finding["object"] == thing]
    file, _, line = named[0].rpartition(":")
    assert file == MIGRATION
    assert thing.rpartition(".")[2] in stored.read(MIGRATION).splitlines()[int(line) - 1]


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
