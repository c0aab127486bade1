"""The texts of the cards arrive as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from blueprint import cards

FILES = sorted(cards.ROOT.rglob("*.yml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_text_ends_where_a_comment_seems_to_begin(file: Path) -> None:
    """YAML takes ` #` in a value without quotes for a comment, and drops the rest of the sentence."""
    assert list(cut_off(file.read_text(encoding="utf-8"))) == []


def test_a_text_that_is_cut_off_is_noticed() -> None:
    """In a block and in braces; a comment behind a number or a list cuts nothing off, and is read as one."""
    assert list(cut_off("a: b # c\nd: {e: f # g\n}\n")) == ["b # c", "f # g"]
    assert list(cut_off('a: "b # c"\nd: 1 # e\nf: [g] # h\n')) == []


def cut_off(text: str) -> list[str]:
    """The texts without quotes that have a comment behind them on their line."""
    found = []
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken) and token.plain:
            rest = text[token.end_mark.index :].split("\n", 1)[0]
            if rest.lstrip().startswith("#") and not token.value.isdigit():
                found.append(token.value + rest)
    return found
