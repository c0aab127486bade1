"""The rules on files, each on a file that keeps it and on one that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine import catalogue
from engine.context import Context
from engine.model import Finding
from engine.settings import Settings
from layout import kind

IMPORTS = 'package invoice\n\nimport (\n\t"{}"\n)\n'
V2, STORE = "internal/invoice/rest_v2.go", "internal/invoice/postgres.go"
IMAGE, WORKFLOW = "Dockerfile", ".github/workflows/more.yml"
HASH = "3d3c42e5aac5ba805825da76410c181273ba90b1"
STEPS = "permissions: {{}}\njobs:\n  a:\n    steps:\n{}\n"

KEPT = [
    ("P1.rules", V2, IMPORTS.format("net/http")),
    ("P1.rules", V2, IMPORTS.format("example.com/acme/billing/internal/gen/rest2")),
    ("P1.transports", V2, IMPORTS.format("net/http")),
    ("P1.transports", "internal/invoice/rest_v2_test.go", IMPORTS.format("platform.internal/postgres")),
    ("SEC.image-user", IMAGE, "FROM a AS b\nUSER root\nFROM c\nUSER 65532:65532\nCMD x"),
    ("SEC.image-user", IMAGE, "FROM a\nUSER 1000\n"),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format(f"      - uses: actions/checkout@{HASH} # v7.0.1")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format(f'      - {{name: a, "uses": "actions/checkout@{HASH}"}}')),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - uses: ./.github/actions/ours")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format(f"      - uses: docker://alpine@sha256:{'0' * 64}")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      # - uses: actions/checkout@v4")),
    ("SEC.actions-permissions", WORKFLOW, "permissions: {}\njobs:\n  a:\n    permissions:\n      contents: write\n"),
    (
        "SEC.joined-statement",
        STORE,
        'db.Exec(ctx, "delete from a where b = $1",\n\tname+"@example.com", fmt.Sprint(n))',
    ),
    ("SEC.joined-statement", STORE, 'db.Query(ctx, "select a " +\n\t"from b")'),
    ("SEC.joined-statement", STORE, 'return fmt.Errorf("update %s: %w", name, err)'),
    ("SEC.joined-statement", STORE, 'text := fmt.Sprintf("select one of %s", names)'),
]
BROKEN = [
    ("P1.rules", "internal/invoice/service.go", IMPORTS.format("net/http")),
    ("P1.transports", V2, IMPORTS.format("platform.internal/postgres")),
    ("SEC.image-user", IMAGE, "FROM a AS b\nUSER 1000\nFROM c\nCMD x\n"),
    ("SEC.image-user", IMAGE, "FROM a\nUSER 1000\nUSER root\n"),
    ("SEC.image-user", IMAGE, "FROM a\nUSER 1000\nuser 0\n"),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - uses: actions/checkout@v4")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - { uses: actions/checkout@v4 }")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - {name: a, uses: actions/checkout@v4}")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format('      - "uses": actions/checkout@v4')),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - uses: 'actions/checkout@v4'")),
    ("SEC.actions-pinned", WORKFLOW, STEPS.format("      - uses: docker://alpine:3.8")),
    ("SEC.actions-permissions", WORKFLOW, "jobs: {}\n"),
    ("SEC.actions-permissions", WORKFLOW, "permissions: write-all\n"),
    ("SEC.actions-permissions", WORKFLOW, "permissions: {}\njobs:\n  a:\n    permissions: write-all\n"),
    ("SEC.joined-statement", STORE, 'db.Query(ctx, "select a from b where c = \'"+name+"\'")'),
    ("SEC.joined-statement", STORE, 'db.Query(ctx,\n\t"select a from b where c = \'"+name+"\'")'),
    ("SEC.joined-statement", STORE, 'db.Query(ctx,\n\t"select a "+\n\t"from b where c = \'"+\n\tname)'),
    ("SEC.joined-statement", STORE, 'db.QueryRow(\n\tctx,\n\tfmt.Sprintf("select a from %s", name),\n)'),
    ("SEC.joined-statement", STORE, "db.Exec(ctx,\n\tbegin+name)"),
    ("SEC.joined-statement", STORE, "q := fmt.Sprintf(\"select a from b where c = '%s'\", name)"),
    ("SEC.joined-statement", STORE, "q := fmt.Sprintf(`\n\tupdate b set %s`, name)"),
    ("SEC.joined-statement", STORE, 'q := "delete from b where c = \'" + name'),
]


def found(root: Path, check: str, name: str, text: str) -> list[Finding]:
    """What a check finds in a folder with one file."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")
    with Context(root, Settings(hooks={})) as context:
        told = kind.run(context, [catalogue.load(root).checks[check]])
        return [finding for finding in told if isinstance(finding, Finding)]


@pytest.mark.parametrize(("check", "name", "text"), KEPT)
def test_what_keeps_a_rule_is_not_found(tmp_path: Path, check: str, name: str, text: str) -> None:
    """A false alarm is waived, and its waiver hides the next true one."""
    assert found(tmp_path, check, name, text) == []


@pytest.mark.parametrize(("check", "name", "text"), BROKEN)
def test_what_breaks_a_rule_is_found(tmp_path: Path, check: str, name: str, text: str) -> None:
    """Once, and by its place."""
    [finding] = found(tmp_path, check, name, text)
    assert (finding.check, finding.object) == (check, name)


ORDINARY = """
insert into {0} (id) values ($1) on conflict (id) do update set seen = now();
with recent as (select id from {0} where a is distinct from n) select id from recent for update skip locked;
"""


def test_a_table_that_two_modules_use_is_found_and_a_word_after_from_is_none(tmp_path: Path) -> None:
    """`set`, `n`, `recent` and `skip` are no tables, whoever writes them."""
    made = tmp_path / "db" / "migrations" / "20260101000000_initial.sql"
    made.parent.mkdir(parents=True)
    made.write_text("create table customers (id uuid);\ncreate table public.invoices (id uuid);\n", encoding="utf-8")
    other = ORDINARY.format("invoices")
    for text, tables in ((ORDINARY.format("customers"), []), ("select id from public.invoices;", ["invoices"])):
        found(tmp_path, "P1.table-owner", "internal/customer/queries.sql", text)
        told = found(tmp_path, "P1.table-owner", "internal/invoice/queries.sql", other)
        assert [finding.object for finding in told] == tables
