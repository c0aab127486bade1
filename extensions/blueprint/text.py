"""Print data and free text so that they survive in the language they are printed into."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

# What JSON lets through raw but YAML, TOML, Go or an editor takes for a line break, a control or a byte order mark.
_RAW = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
# What a comment is better without: Go refuses some of it, and some shows another text than the compiler reads.
_SILENT = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
# A word that some tool would obey at the beginning of a comment: `migrate:up`, `+build`, `nolint:all`, `[link]: …`.
_ORDER = re.compile(r"[+\[@#]|[\w.-]+:")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_MARKDOWN_BLOCK = re.compile(r"\A(?:([-+=])|(\d+)([.)]))(?=\s|[-+=]|\Z)")


class _Dumper(yaml.SafeDumper):
    """PyYAML without anchors and without line breaks inside a text."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if len(text.splitlines()) > 1 or text != text.strip() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def literal(value: Any, **options: Any) -> str:
    """Print a value as JSON that is at the same time a literal of YAML, TOML, Go, TypeScript and Python."""
    text = json.dumps(value, **{"ensure_ascii": False, **options})
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def flow(value: Any) -> str:
    """Print a value as YAML on one line."""
    text = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=sys.maxsize
    )
    return text.removesuffix("...\n").strip()


def one_line_each(mapping: Mapping[str, Any], levels: int = 1) -> str:
    """Print a mapping with a line for each key, `levels` deep, so that git merges it key by key."""
    return "\n".join(_lines(mapping, levels))


def for_people(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Print data as a person would: blocks outside, one line for a small thing, a blank line between big ones."""
    return "\n".join(line for name, section in sections.items() for line in _section(name, section))


def _section(name: str, section: Mapping[str, Any]) -> list[str]:
    blocks = ["\n".join(f"  {line}" for line in _lines({key: body}, 3)) for key, body in section.items()]
    return [f"{name}:", "\n\n".join(blocks)] if blocks else [f"{name}: {{}}"]


def _lines(mapping: Mapping[str, Any], levels: int) -> Iterator[str]:
    for key, value in mapping.items():
        if levels > 1 and isinstance(value, Mapping) and value:
            yield f"{flow(key)}:"
            yield from (f"  {line}" for line in _lines(value, levels - 1))
        else:
            yield flow({key: value})[1:-1]


def comment(text: str, prefix: str = "# ", width: int = 100) -> str:
    """Print free text as line comments: one paragraph, wrapped, and nothing in it that a tool would obey."""
    words = _SILENT.sub("", " ".join(text.split())).replace("``", "“").replace("''", "”").split()
    if words and _ORDER.match(words[0]):
        words = ["“" + words[0], *words[1:-1], words[-1] + "”"] if len(words) > 1 else [f"“{words[0]}”"]
    return "\n".join((prefix + line).rstrip() for line in _wrapped(words, width - len(prefix.expandtabs(4))))


def _wrapped(words: list[str], width: int) -> Iterator[str]:
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width and not _ORDER.match(word):
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def markdown(text: str) -> str:
    """Print free text as one line of plain Markdown prose: no mark-up, no block, no HTML."""
    prose = _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
    return _MARKDOWN_BLOCK.sub(lambda match: f"{match[2] or ''}\\{match[1] or match[3]}", prose)
