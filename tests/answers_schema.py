"""Write docs/answers.schema.json: what a data file for `copier copy --data-file` may say."""

from __future__ import annotations

import json
import re
from typing import Any

from blueprint import questions, wording

from tests.support import ROOT


def _ecma(rule: re.Pattern[str]) -> str:
    """The rule as JSON Schema writes it, in the regular expressions of JavaScript."""
    return rule.pattern.replace(r"\A", "^").replace(r"\Z", "$")


def _inner(rule: re.Pattern[str]) -> str:
    return rule.pattern.removeprefix(r"\A").removesuffix(r"\Z")


FILE = ROOT / "docs" / "answers.schema.json"
WORDED: dict[str, dict[str, Any]] = {
    "service_name": {"pattern": _ecma(wording.SERVICE_NAME)},
    "description": {"minLength": 1, "maxLength": wording.LONGEST_TEXT},
    "repository": {"pattern": f"^{_inner(wording.HOST)}(/{_inner(wording.FOLDER)}){{2,6}}$", "maxLength": 200},
    "owner": {"pattern": _ecma(wording.OWNER)},
}
MODEL = ROOT / "extensions" / "blueprint" / "model.schema.json"


def schema() -> dict[str, Any]:
    """The questions of copier.yml, with the schema of the model where `resources` is a mapping."""
    model = json.loads(MODEL.read_text(encoding="utf-8"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers to the questions of Backend Architect",
        "description": "For `copier copy --data-file`; every key may be left out.",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(key, model["properties"]["resources"]) for key in questions.questions()},
        "$defs": model.get("$defs", {}),
    }


def _property(key: str, resources: dict[str, Any]) -> dict[str, Any]:
    question = questions.questions()[key]
    about = {"description": question["help"], **_default(question["default"])}
    choices = list(questions.choices(key))
    if key == "resources":
        return {**about, "anyOf": [{"type": "string", "minLength": 1}, {**resources, "type": "object"}]}
    if question.get("multiselect"):
        return {**about, "type": "array", "items": {"enum": choices}, "minItems": 1, "uniqueItems": True}
    return {**about, "enum": choices} if choices else {**about, "type": "string", **WORDED[key]}


def _default(default: object) -> dict[str, Any]:
    return {} if "{{" in str(default) else {"default": default}


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
