"""The JSON Schema of model.yml says what the parser does, so that an editor helps before the template refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import blueprint.model
import pytest
import yaml
from blueprint import fields, kinds, references, shape
from blueprint.errors import ModelError
from blueprint.model import parse
from jsonschema import Draft202012Validator

from tests.migrations import MODELS, zoo

FILE = Path(kinds.__file__).with_name("model.schema.json")
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
DEFS: dict[str, Any] = SCHEMA["$defs"]
VALIDATOR = Draft202012Validator(SCHEMA)

WRONG = [
    "thing: [text]",
    "thing: {feilds: {}}",
    "thing: {soft_delete: maybe}",
    "thing: {about: 5}",
    "thing: {operations: [creat]}",
    "thing: {operations: []}",
    "thing: {plural: Things}",
    "Thing: {}",
    "thing: {belongs_to: thing}",
    "thing: {belongs_to: {thing: {on_delete: erase, optional: true}}}",
    "thing: {belongs_to: {thing: {resorce: thing}}}",
    "thing: {unique: [a], fields: {a: text}}",
    "thing: {fields: {a: txt}}",
    "thing: {fields: {a: enum}}",
    "thing: {fields: {a: json}}",
    "thing: {fields: {A: text}}",
    "thing: {fields: {a: {type: txt}}}",
    "thing: {fields: {a: {optional: true}}}",
    "thing: {fields: {a: {type: text, uniqe: true}}}",
    "thing: {fields: {a: {type: text, min: 1}}}",
    "thing: {fields: {a: {type: text, max_length: 10001}}}",
    "thing: {fields: {a: {type: text, max_length: 0}}}",
    "thing: {fields: {a: {type: integer, min: 1.5}}}",
    "thing: {fields: {a: {type: integer, min: 9007199254740992}}}",
    "thing: {fields: {a: {type: decimal, min: '0.0000001'}}}",
    "thing: {fields: {a: {type: enum, values: []}}}",
    "thing: {fields: {a: {type: enum, values: [a, a]}}}",
    "thing: {fields: {a: {type: enum, values: [A]}}}",
    "thing: {fields: {a: {type: json, denormalised: short}}}",
    "thing: {fields: {a: {type: money, default: 5}}}",
    "thing: {fields: {a: {type: email, sort: true}}}",
    "thing: {fields: {a: {type: boolean, default: 'yes'}}}",
]


def words(name: str) -> set[str]:
    return set(DEFS[name]["properties"])


def definition(type_: str) -> Mapping[str, Any]:
    """The part of the schema for fields of a type."""
    found = [body for body in DEFS.values() if type_ in _types(body)]
    assert len(found) == 1
    return found[0]["properties"]  # type: ignore[no-any-return]


def _types(body: Mapping[str, Any]) -> list[str]:
    rule = body.get("properties", {}).get("type", {})
    return rule.get("enum", [rule.get("const")])  # type: ignore[no-any-return]


def test_is_a_schema() -> None:
    """The schema itself is one."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", MODELS)
def test_accepts_the_zoo(name: str) -> None:
    """What can be built, the editor does not mark."""
    assert [error.message for error in VALIDATOR.iter_errors({"resources": zoo(name)})] == []


@pytest.mark.parametrize("text", WRONG)
def test_refuses_with_the_parser(text: str) -> None:
    """What has the wrong shape, both refuse."""
    raw = yaml.safe_load(text)
    assert not VALIDATOR.is_valid({"resources": raw})
    with pytest.raises(ModelError):
        parse(raw, "none")


def test_words_of_resources_and_references() -> None:
    """Both know the same words."""
    assert words("resource") == set(blueprint.model.WORDS)
    assert words("reference") == set(references.WORDS)
    assert DEFS["reference"]["properties"]["on_delete"]["enum"] == list(references.ON_DELETE)
    assert DEFS["resource"]["properties"]["operations"]["items"]["enum"] == list(blueprint.model.OPERATIONS)


@pytest.mark.parametrize("type_", kinds.KINDS)
def test_words_of_fields(type_: str) -> None:
    """Both know the same words for every type."""
    assert set(definition(type_)) == {*kinds.ALWAYS, *kinds.KINDS[type_].words}


def test_bare_words() -> None:
    """A bare type is one that needs no more said."""
    assert set(DEFS["field"]["then"]["enum"]) == set(kinds.KINDS) - {"enum", "json"}


def test_limits() -> None:
    """Both draw the same lines."""
    assert DEFS["name"]["maxLength"] == shape.LONGEST_NAME
    assert DEFS["resource"]["properties"]["fields"]["maxProperties"] == blueprint.model.MOST_FIELDS
    assert SCHEMA["properties"]["resources"]["maxProperties"] == blueprint.model.MOST_RESOURCES
    assert definition("enum")["values"]["maxItems"] == fields.MOST_VALUES
    assert DEFS["denormalised"]["minLength"] == fields.LEAST_REASON
    assert DEFS["about"]["maxLength"] == shape.LONGEST_SENTENCE
    least, usual, most = kinds.KINDS["text"].length or (0, 0, 0)
    assert (definition("text")["min_length"]["default"], definition("text")["max_length"]["default"]) == (least, usual)
    assert definition("text")["max_length"]["maximum"] == most
    assert (definition("integer")["min"]["minimum"], definition("integer")["max"]["maximum"]) == kinds.KINDS[
        "integer"
    ].bounds
