"""Any text survives in every language it is printed into, and data comes back as it went in."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from blueprint import text
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

GOFMT = shutil.which("gofmt")
NASTY = [
    'It\'s "good" & <b>bold</b>',
    "{{ 7*7 }} {% if x %} {# no #} ${{ secrets.X }}",
    "line\nbreak\r\nand\ttab",
    "- list",
    "1. list",
    "1) list",
    "# head",
    "## head",
    "> quote",
    "| a | b |",
    "--- ",
    "===",
    "+ x",
    "+build linux",
    "* * *",
    "migrate:up",
    "please migrate:down now",
    "nolint:all",
    "[x]: http://y.z",
    "``a'' 'b'",
    "`$(rm -rf /)` $HOME !x",
    "key: value # no comment",
    "@tag",
    "null",
    "no",
    "0x1F",
    "1e3",
    "~",
    "%TAG",
    "&a *a !!x",
    "'",
    '"',
    "\\",
    "\\n",
    "\\u0041",
    "//",
    "*/",
    "Zwölf Boxkämpfer 日本語 🎉👩‍👩‍👧 \u2028\u2029\x85\ufeff\u200b",
    "a" * 500,
    "word " * 400,
    " lead and trail ",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200) | st.sampled_from(NASTY)
SOME = settings(max_examples=150, deadline=None)
KEYS = st.from_regex(r"\A[a-z][a-z_]{0,30}\Z")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


@SOME
@given(TEXTS)
def test_a_literal_is_one_line_that_every_language_reads_alike(raw: str) -> None:
    """JSON, YAML, TOML and Python agree on it; Go and TypeScript have the same escapes."""
    literal = text.literal(raw)
    assert len(literal.splitlines()) == 1
    assert json.loads(literal) == raw
    assert yaml.safe_load(literal) == raw
    assert tomllib.loads(f"x = {literal}") == {"x": raw}
    assert ast.literal_eval(literal) == raw


def test_a_literal_takes_the_options_of_json() -> None:
    """Copier hands its own `default` to the filter `to_json`."""
    assert text.literal({"a": Path("b")}, default=str) == '{"a": "b"}'


@pytest.mark.skipif(not GOFMT, reason="gofmt is not installed")
def test_literals_and_comments_are_what_gofmt_would_write(tmp_path: Path) -> None:
    """A rendered file is formatted, whatever the texts in it say."""
    for number, raw in enumerate(NASTY):
        comment, inner, literal = text.comment(raw, "// "), text.comment(raw, "\t// "), text.literal(raw)
        source = f"{comment}\npackage x\n\n{comment}\nconst X = {literal}\n\nfunc f() {{\n{inner}\n}}\n"
        (tmp_path / f"{number}.go").write_text(source, encoding="utf-8")
    result = subprocess.run([str(GOFMT), "-d", str(tmp_path)], capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@SOME
@given(TEXTS, st.sampled_from(["# ", "// ", "-- "]))
def test_a_comment_keeps_every_word_and_never_leaves_the_comment(raw: str, prefix: str) -> None:
    """What follows a comment is code again."""
    lines = text.comment(raw, prefix).split("\n")
    assert all(
        line == line.rstrip() and line.startswith(prefix.rstrip()) and len(line.splitlines()) == 1 for line in lines
    )
    said = " ".join(line.removeprefix(prefix.rstrip()) for line in lines)
    assert _letters(said) == _letters(raw)


def _letters(raw: str) -> str:
    return "".join(letter for letter in raw if letter not in "“”`'" and not letter.isspace() and letter.isprintable())


@pytest.mark.parametrize("order", ["migrate:up", "+build linux", "nolint:all", "[x]: http://y.z", "@ts-ignore"])
@pytest.mark.parametrize("before", ["", "word " * 18, "word " * 19])
def test_no_comment_begins_with_what_a_tool_would_obey(order: str, before: str) -> None:
    """dbmate looks for `-- migrate:up`, Go for `// +build`."""
    lines = text.comment(f"{before}{order} and more", "-- ").split("\n")
    assert not any(line.startswith(f"-- {order[:5]}") for line in lines)


def test_a_comment_is_wrapped() -> None:
    """No line is longer than asked for unless a word is."""
    lines = text.comment("word " * 100, "\t// ", 60).split("\n")
    assert len(lines) == 10
    assert all(len(line.expandtabs(4)) <= 60 for line in lines)


def _words(tokens: list[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in ("text", "text_special"))


@SOME
@given(TEXTS)
def test_prose_is_one_paragraph_of_nothing_but_its_words(raw: str) -> None:
    """No mark-up, no block, no HTML, no link: the reader sees what was written."""
    blocks = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text.markdown(raw))
    if not raw.split() or "\x00" in raw:
        return
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    inline = blocks[1].children or []
    assert {token.type for token in inline} <= {"text", "text_special"}
    assert _words(inline).split() == raw.split()


def test_prose_that_is_only_prose_is_left_alone() -> None:
    """Nobody wants to read backslashes in a README."""
    sentence = 'Sends invoices (in 12 currencies, e.g. EUR) - and records payments: fast! It\'s "good".'
    assert text.markdown(sentence) == sentence


@SOME
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.integers(1, 3))
def test_one_line_each_comes_back_as_it_went_in(mapping: dict[str, Any], levels: int) -> None:
    """The answers file is data for the next update."""
    printed = text.one_line_each(mapping, levels)
    assert (yaml.safe_load(printed) or {}) == mapping


@SOME
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_one_line_each_is_one_line_for_each_key_in_its_order(mapping: dict[str, Any]) -> None:
    """Two branches that each add a key add a line each; git keeps both."""
    lines = text.one_line_each(mapping).splitlines()
    assert [line.split(":")[0].strip("'") for line in lines] == list(mapping)


def test_one_line_each_repeats_what_is_the_same_twice() -> None:
    """An anchor would tie two lines together that two branches change."""
    fields = {"name": "text"}
    assert text.one_line_each({"a": fields, "b": fields}) == "a: {name: text}\nb: {name: text}"


MODEL = {
    "line_item": {
        "about": "A position: one of an invoice.",
        "belongs_to": {"invoice": {"on_delete": "cascade"}},
        "unique": [["invoice", "position"]],
        "fields": {"position": "integer", "kind": {"type": "enum", "values": ["a", "no"]}},
    },
    "tag": None,
}
FOR_PEOPLE = """\
resources:
  line_item:
    about: 'A position: one of an invoice.'
    belongs_to:
      invoice: {on_delete: cascade}
    unique: [[invoice, position]]
    fields:
      position: integer
      kind: {type: enum, values: [a, 'no']}

  tag: null"""


def test_a_model_is_printed_as_a_person_would_write_it() -> None:
    """Blocks outside, one line for a field, a blank line between resources."""
    assert text.for_people({"resources": MODEL}) == FOR_PEOPLE
    assert text.for_people({"resources": {}}) == "resources: {}"


@SOME
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_what_is_printed_for_people_is_read_by_machines(mapping: dict[str, Any]) -> None:
    """`make model` reads model.yml again."""
    assert yaml.safe_load(text.for_people({"resources": mapping})) == {"resources": mapping}
