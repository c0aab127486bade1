"""A second version that is begun as the page says passes the audit as it stands."""

from __future__ import annotations

from tests.auditing import Audited
from tests.new_version import begin_version
from tests.service import Service


def test_a_second_version_keeps_every_rule_on_files_and_contract(service: Audited) -> None:
    """Its translation is one like that of the first, which is deprecated as a whole."""
    begin_version(Service(service.folder, {}))
    said = service.audit("static")
    assert (said.code, said.err, said.findings) == (0, "", []), said.out
