"""What a team adds by hand is audited without being named anywhere, and as long as it is right it stays green."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.audit.growth import SCHEMA, grow
from tests.auditing import Audited, duplicate
from tests.service import Service, lend_tools


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
