"""Adds a table and its endpoint to a service the way a team does it by hand: files of its own, and lines of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.auditing import Audited

FILES = Path(__file__).with_name("notes")
MIGRATION = "db/migrations/20990101000000_create_notes.sql"
CONTRACT = "api/rest/notes.yaml"
SCHEMA = "database,probe-database"  # the kinds of checks that need a database and no service
MARK = "Yours below this line.\n"
LINES = {
    "api/rest/openapi.yaml": [
        ("tags:", '  - name: Notes\n    description: "What somebody wrote about an invoice."\n'),
        (
            "paths:",
            "  /v1/notes:\n    $ref: notes.yaml#/collection\n  /v1/notes/{note_id}:\n    $ref: notes.yaml#/item\n",
        ),
    ],
    "internal/app/modules.go": [
        ("type modules struct", "\tnote *note.Service\n"),
        ("func newModules", "\tm.note = note.NewService(note.NewPostgres(db), m.invoice)\n"),
        ("type operations struct", "\trest.NotesHandler\n"),
        ("return operations{", "\t\tNotesHandler: note.NewREST(m.note),\n"),
    ],
}
IMPORT = '\t"example.com/acme/billing/internal/payment"\n'


def grow(service: Audited) -> None:
    """Write all of it; the service has to be built then."""
    (service.folder / MIGRATION).write_bytes((FILES / "notes.sql").read_bytes())
    (service.folder / CONTRACT).write_bytes((FILES / "notes.yaml").read_bytes())
    shutil.copytree(FILES / "note", service.folder / "internal" / "note", dirs_exist_ok=True)
    for name, places in LINES.items():
        text = service.read(name)
        for begin, lines in places:
            at = text.index(MARK, text.index(begin)) + len(MARK)
            text = text[:at] + lines + text[at:]
        service.write(name, text)
    service.replace("internal/app/modules.go", IMPORT, IMPORT.replace("payment", "note") + IMPORT)


Edit = tuple[str | re.Pattern[str], str]


def broken(service: Audited, name: str, edit: Edit) -> None:
    """Make one edit."""
    old, new = edit
    before = service.read(name)
    after = before.replace(old, new) if isinstance(old, str) else old.sub(new, before)
    assert after != before, edit
    service.write(name, after)
