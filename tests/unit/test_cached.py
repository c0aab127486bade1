"""Copies of rows: of which resources there are some, and which a delete makes old."""

from __future__ import annotations

import pytest
import yaml
from blueprint.cached import cached, changed_with, deleted_with
from blueprint.cards import cards
from blueprint.model import parse

REDIS = (cards()["redis"],)
FAMILY = """
grandparent: {}
parent: {belongs_to: {elder: {resource: grandparent, on_delete: cascade}}}
child:
  operations: [create, list]
  belongs_to: {parent: {on_delete: cascade}}
grandchild:
  belongs_to: {child: {on_delete: cascade}, friend: {resource: parent, on_delete: set_null, optional: true}}
stranger: {belongs_to: [grandparent]}
tree: {belongs_to: {above: {resource: tree, optional: true, on_delete: cascade}}}
"""
MODEL = parse(yaml.safe_load(FAMILY), "api_key")


def test_a_resource_that_is_read_by_its_id_is_kept() -> None:
    """A copy that nobody asks for would cost a question to Redis at each write."""
    assert "child" not in {resource.name.snake for resource in cached(MODEL, REDIS)}
    assert len(cached(MODEL, REDIS)) == len(MODEL) - 1
    assert cached(MODEL, ()) == ()


@pytest.mark.parametrize(
    ("deleted", "changed"),
    [
        ("grandparent", {"parent", "grandchild"}),
        ("parent", {"grandchild"}),
        ("child", {"grandchild"}),
        ("grandchild", set()),
        ("stranger", set()),
        ("tree", {"tree"}),
    ],
)
def test_a_delete_reaches_as_far_as_the_database_takes_it(deleted: str, changed: set[str]) -> None:
    """Through resources of which there are no copies, and not where it is refused."""
    found = changed_with(MODEL, cached(MODEL, REDIS))
    assert {resource.name.snake for resource in found[deleted]} == changed


def test_what_goes_with_its_parent_is_known() -> None:
    """Where callers can delete the parent, and a row cannot be without it."""
    kept = cached(MODEL, REDIS)
    assert [(child.name.snake, reference.role.snake) for child, reference in deleted_with(kept)] == [
        ("parent", "elder")
    ]
