# Kept by the platform: docs/ownership.md says what that means.
"""Whether the contract is an OpenAPI document at all, by the schemas that the OpenAPI Initiative publishes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

VERSIONS = ("3.0", "3.1")
MOST = 20  # a document that is broken at its root breaks everywhere


def faults(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields where the document breaks the specification, and how."""
    version = str(document.get("openapi", ""))[:3]
    if version not in VERSIONS:
        yield "openapi", f"is {version or 'not there'}; the audit reads {' and '.join(VERSIONS)}"
        return
    plain = json.loads(json.dumps(document))
    for number, error in enumerate(_validator(version).iter_errors(plain)):
        if number < MOST:
            yield "/".join(map(str, error.instance_path)) or "the contract", " ".join(str(error.message).split())[:300]
    for path, item in document.get("paths", {}).items():
        yield from _parameters(path, item)


@cache
def _validator(version: str) -> jsonschema_rs.Validator:
    file = Path(__file__).parent / "openapi" / f"{version}.json"
    return jsonschema_rs.validator_for(json.loads(file.read_text(encoding="utf-8")))


def _parameters(path: str, item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    wanted = set(re.findall(r"{([^}]+)}", path))
    for method, operation in item.items():
        if not isinstance(operation, dict) or "responses" not in operation:
            continue
        parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
        named = {p.get("name") for p in parameters if p.get("in") == "path"}
        if wanted != named:
            told = ", ".join(sorted(map(str, wanted ^ named)))
            yield f"{method.upper()} {path}", f"the parameters of its path and those that it describes differ: {told}"


def schema_fault(schema: Any) -> str:
    """Says what is wrong with a JSON Schema of the contract, or nothing."""
    try:
        jsonschema_rs.meta.validate(json.loads(json.dumps(schema)))
    except (jsonschema_rs.ValidationError, ValueError) as error:
        return " ".join(str(getattr(error, "message", error)).split())[:300]
    return ""
