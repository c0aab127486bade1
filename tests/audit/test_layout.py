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
KEPT = [
    ("P1.rules", "internal/invoice/rest_v2.go", IMPORTS.format("net/http")),
    ("P1.rules", "internal/invoice/rest_v2.go", IMPORTS.format("example.com/acme/billing/internal/gen/rest2")),
    ("P1.transports", "internal/invoice/rest_v2.go", IMPORTS.format("net/http")),
    ("P1.transports", "internal/invoice/rest_v2_test.go", IMPORTS.format("platform.internal/postgres")),
]
BROKEN = [
    ("P1.rules", "internal/invoice/service.go", IMPORTS.format("net/http")),
    ("P1.transports", "internal/invoice/rest_v2.go", IMPORTS.format("platform.internal/postgres")),
]


def found(root: Path, check: str, name: str, text: str) -> list[Finding]:
    """What a check finds in a folder with one file."""
    (root / name).parent.mkdir(parents=True)
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
