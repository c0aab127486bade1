"""Operations that a part brings along: they and those of the model share one contract."""

from __future__ import annotations

import re

import pytest
import yaml
from blueprint import golang
from blueprint.cards import cards
from blueprint.errors import ModelError
from blueprint.model import parse
from blueprint.openapi import addresses, tags

from tests.support import ROOT

BROUGHT = {card.name: card.operations for card in cards().values() if card.operations}


@pytest.mark.parametrize("name", BROUGHT)
def test_a_card_names_all_that_its_contract_has(name: str) -> None:
    """A shape that the card does not name could be that of a resource, and the code of both would not compile."""
    operations = BROUGHT[name]
    (file,) = (ROOT / "template" / f"{{{{with_{name}}}}}" / "api").rglob(f"{operations.file}*")
    contract = yaml.safe_load(re.sub(r"{{.*?}}", "", file.read_text(encoding="utf-8")))
    assert sorted(operations.types) == sorted(contract["schemas"])
    assert set(operations.paths.values()) == contract.keys() - {"schemas", "responses"}


@pytest.mark.parametrize(
    ("resources", "says"),
    [
        ({"session": {}}, "session: accounts.yaml has the address /v1/sessions; rename the resource."),
        ({"visit": {"plural": "session"}}, "visit: accounts.yaml has the address /v1/session; rename the resource."),
    ],
)
def test_no_resource_has_an_address_that_is_taken(resources: dict[str, object], says: str) -> None:
    """One address leads to one thing."""
    with pytest.raises(ModelError) as refusal:
        addresses(parse(resources, "accounts"), "/v1", BROUGHT.values())
    assert str(refusal.value) == says


def test_no_resource_has_a_name_that_is_taken() -> None:
    """One name in the generated code means one thing."""
    says = r"^tokens: accounts\.yaml needs the name Tokens as well; rename one of them\.$"
    with pytest.raises(ModelError, match=says):
        golang.check(parse({"tokens": {"plural": "tokenses"}}, "accounts"), BROUGHT.values())


def test_what_is_brought_comes_first() -> None:
    """A resource that comes later adds its lines at the end of ours."""
    model = parse({"thing": {}}, "accounts")
    found = [address for address, *_ in addresses(model, "/v1", BROUGHT.values())]
    assert found[-2:] == ["/v1/things", "/v1/things/{thing_id}"]
    assert [title for title, _ in tags(model, BROUGHT.values())][-1] == "Things"
