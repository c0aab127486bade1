"""The part of the kill score that takes no build for each fault; `make kill-score` is the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.run import command
from tests.service import Service, lend_tools, write


@pytest.fixture(scope="module")
def built(template: Path, tools: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The default service, ready to run."""
    service = write(template, tmp_path_factory.mktemp("kill") / "billing")
    lend_tools(tools, service)
    service.make("build")
    yield service
    service.clean()


def test_every_fault_of_the_schema_and_of_the_contract_is_found(built: Service) -> None:
    """By the check that is meant for it; and nothing is found in schemas that are right and rare."""
    built.run(*command("schema", "contract", "unusual"))


def test_a_part_that_there_is_not_is_refused(built: Service) -> None:
    """A word that was misspelt would else leave everything out, and pass."""
    with pytest.raises(AssertionError, match=r"There is no kontract: name a fault, or one of schema, contract, "):
        built.run(*command("kontract"))
