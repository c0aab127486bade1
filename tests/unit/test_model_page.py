"""docs/model.md tells the truth: its words are all words, its examples are models, its refusals are refusals."""

from __future__ import annotations

import re
from typing import Any

import blueprint.model
import pytest
import yaml
from blueprint import fields, kinds, references
from blueprint.errors import ModelError

from tests.migrations import ROOT, model, zoo

PAGE = (ROOT / "docs/model.md").read_text(encoding="utf-8")
HEADER = (ROOT / "template/model.yml.jinja").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
REFUSALS = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)

# What each refusal of the page is an answer to.
CAUSES = [
    "invoice: {fields: {due_on: dat}}",
    "invoice: {fields: {total: {type: money, sort: true}}}",
    "customer:\ninvoice: {belongs_to: [custmer]}",
    "payment: {fields: {card_id: uuid}}",
    "customer: {fields: {password: text}}",
]


@pytest.mark.parametrize(
    "word",
    [*blueprint.model.WORDS, *fields.WORDS, *references.WORDS, *references.ON_DELETE, *kinds.KINDS],
)
def test_every_word_is_told(word: str) -> None:
    """No word of the language is missing from the page."""
    assert re.search(rf"`{word}`|\*\*{word}\*\*|\b{word}: ", PAGE)


@pytest.mark.parametrize(
    "word",
    [*blueprint.model.WORDS, *fields.WORDS, *references.WORDS, *references.ON_DELETE, *kinds.KINDS],
)
def test_every_word_is_at_the_top_of_the_model(word: str) -> None:
    """A team has that file, and not the page."""
    assert re.search(rf"^#.*\b{word}\b", HEADER, re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_are_models(example: str) -> None:
    """What a reader copies can be built."""
    model(_resources(yaml.safe_load(example)))


def test_first_example_is_the_zoos() -> None:
    """The example that everybody reads is the one that everything is tested with."""
    assert yaml.safe_load(EXAMPLES[0])["resources"] == zoo("billing")


@pytest.mark.parametrize("number", range(len(CAUSES)))
def test_refusals(number: int) -> None:
    """The sentences of the page are those that a reader will meet."""
    assert REFUSALS
    with pytest.raises(ModelError) as error:
        model(yaml.safe_load(CAUSES[number]))
    assert str(error.value) == REFUSALS[1].splitlines()[number]


def _resources(example: Any) -> Any:
    """The resources of an example: it may show all of a file, some resources, or only fields."""
    if "resources" in example:
        return example["resources"]
    if "fields" in example:
        return {"thing": example}
    if not all(body is None or set(body) <= set(blueprint.model.WORDS) for body in example.values()):
        return {"thing": {"fields": example}}
    parents = {name for body in example.values() if body for name in _parents(body)}
    return dict.fromkeys(parents - set(example)) | example


def _parents(body: dict[str, Any]) -> list[str]:
    roles = body.get("belongs_to", [])
    if isinstance(roles, list):
        return roles
    return [(detail or {}).get("resource", role) for role, detail in roles.items()]
