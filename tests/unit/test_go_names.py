"""What Go has no name for is refused, with a way out that fits."""

from __future__ import annotations

import re

import pytest
import yaml
from blueprint import golang
from blueprint.errors import ModelError
from blueprint.model import parse
from blueprint.names import words

from tests.support import ROOT

REFUSED = {
    "a field of every resource": (
        "thing: {fields: {details: text}}",
        "thing.details: the code of every resource uses that name itself; choose another one.",
    ),
    "a column of generated code": (
        "query: {fields: {queries: text}}",
        "query: generated code needs the name of its column queries; set its plural.",
    ),
    "a type of every resource, referred to": (
        "detail: {fields: {name: text}}\nthing: {belongs_to: [detail], fields: {name: text}}",
        "thing: the code of every resource uses the name Details itself; set the plural of detail.",
    ),
    "two values of one name": (
        "thing: {fields: {a: {type: enum, values: [b_c]}, a_b: {type: enum, values: [c]}}}",
        "thing: two things in it need the Go name ABC; rename a field or a value.",
    ),
}


@pytest.mark.parametrize(("model", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_go_cannot_name_is_refused_in_a_sentence(model: str, says: str) -> None:
    """Before anything is written."""
    with pytest.raises(ModelError) as refusal:
        golang.check(parse(yaml.safe_load(model), "none"))
    assert str(refusal.value) == says


def test_who_follows_the_advice_is_let_through() -> None:
    """Another plural is another name."""
    model = "detail: {plural: detail_rows, fields: {name: text}}\nthing: {belongs_to: [detail], fields: {name: text}}"
    golang.check(parse(yaml.safe_load(model), "none"))


def test_every_refusal_of_the_contract_is_known_as_a_name() -> None:
    """Else an answer of the same name breaks the build, once the refusal gets headers."""
    common = (ROOT / "template/api/{{rest}}/common.yaml.jinja").read_text(encoding="utf-8")
    piece = (ROOT / "extensions/pieces/openapi/refusals.yaml.jinja").read_text(encoding="utf-8")
    responses = common.partition("\nresponses:\n")[2].partition("\nschemas:\n")[0] + "\n" + piece
    refusals = set(re.findall(r"^  (\w+):$", responses, re.MULTILINE))
    assert refusals - {"Problem"} == words("languages/go.yml", "refusals")
