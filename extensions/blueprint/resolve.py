"""Find the resources that an answer stands for: the example, none, a file, or the mapping itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .errors import ModelError, suggestion

EXAMPLE = Path(__file__).parent / "example.yml"
WORDS = ("example", "empty")
LARGEST_FILE = 2_000_000
HINT = "give a file such as ../model.yml, or the word example or empty."


def resolve(answer: object, auth: str) -> dict[str, Any]:
    """The mapping of resources that the answer `resources` stands for."""
    if isinstance(answer, Mapping):
        return dict(answer)
    if not isinstance(answer, str) or not answer.strip():
        raise ModelError(f"resources: {answer!r} is no mapping of resources; {HINT}")
    word = answer.strip()
    if word in WORDS:
        return _example(auth) if word == "example" else {}
    if word.startswith("{"):
        return _mapping("the text", _load("the text", word))
    return _mapping(repr(word), _load(repr(word), _read(word)))


def _example(auth: str) -> dict[str, Any]:
    """The billing model; without callers there is nobody who could own a row."""
    model: dict[str, dict[str, Any]] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    left_out = {"owned"} if auth == "none" else set()
    return {name: {key: value for key, value in body.items() if key not in left_out} for name, body in model.items()}


def _read(file: str) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            text = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise ModelError(f"resources: {_unread(file, error)}") from error
    if len(text) > LARGEST_FILE:
        raise ModelError(f"resources: {file!r} is larger than {LARGEST_FILE // 1_000_000} MB; {HINT}")
    return text


def _unread(file: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and Path(file).name == file and "." not in file:
        return f"there is no file {file!r}; {suggestion(file, WORDS)}"
    reason = getattr(error, "strerror", None) or "not a file name"
    return f"cannot read {file!r} ({reason.lower()}); {HINT}"


def _load(what: str, text: str | bytes) -> object:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - _Loader is a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply or holds an impossible value"
        raise ModelError(f"resources: {what} is not YAML ({where}{problem}); correct it.") from error


def _mapping(what: str, content: object) -> dict[str, Any]:
    """The key `resources` of a file, or the whole of it."""
    if not isinstance(content, dict):
        raise ModelError(f"resources: {what} holds no mapping; begin it with `resources:`.")
    if "resources" not in content:
        return content
    unknown = [key for key in content if key != "resources"]
    if unknown:
        raise ModelError(f"resources: {what} has {unknown[0]!r} beside resources; remove it or use --data-file.")
    resources = {} if content["resources"] is None else content["resources"]
    if not isinstance(resources, dict):
        raise ModelError(
            f"resources: {what} holds {resources!r} for a mapping; write `name: {{fields: ...}}` below it."
        )
    return resources


class _Loader(yaml.SafeLoader):
    """PyYAML, but a key that is written twice is an error and not a silent loss."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[object] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"the key {key.value!r} is written twice"
                raise yaml.constructor.ConstructorError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
        return node
