"""Check the answers: one sentence for the first that is wrong, before Copier meets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import formats, wording
from .errors import ModelError, suggestion
from .files import read
from .model import parse
from .resolve import resolve

FILE = Path(__file__).parents[2] / "copier.yml"
FOR_LIFE = ("service_name", "repository", "framework", "database", "api_versioning")


@cache
def questions() -> Mapping[str, dict[str, Any]]:
    """The questions of copier.yml, in their order."""
    content: dict[str, Any] = read(FILE)
    return {key: body for key, body in content.items() if not key.startswith("_")}


@cache
def choices(key: str) -> tuple[str, ...]:
    """What may be chosen, and what once could be; nothing for a question that is answered in words."""
    found = questions()[key].get("choices", {}).values()
    return tuple(choice["value"] if isinstance(choice, Mapping) else choice for choice in found)


@cache
def retired(key: str) -> tuple[str, ...]:
    """The choices that only services which have them may keep: copier.yml gives those a validator."""
    found = questions()[key].get("choices", {}).values()
    return tuple(choice["value"] for choice in found if isinstance(choice, Mapping))


def refuse_unknown(data: Mapping[str, Any], recorded: Iterable[str]) -> None:
    """Refuse a key that no question has; but an update replays what was recorded, and some of that may be history."""
    if any(key == "applied" or str(key).startswith("_") for key in data):
        return
    known = {*questions(), *recorded}
    unknown = next((key for key in data if key not in known), None)
    if unknown is not None:
        raise ModelError(f"{wording.shown(unknown)} is not a question; {suggestion(unknown, questions())}")


def refuse_memory(data: Mapping[str, Any]) -> None:
    """Refuse for a new service what another one remembers: all of it would be taken for built."""
    if "applied" in data:
        raise ModelError("applied: the template writes it itself; leave it out.")


def refuse_moved(data: Mapping[str, Any], recorded: Mapping[str, Any]) -> None:
    """Refuse to change what a service keeps for life."""
    for key in FOR_LIFE:
        if key in data and key in recorded and data[key] != recorded[key]:
            kept = wording.shown(recorded[key])
            raise ModelError(f"{key}: a service keeps {kept} for life; leave it out, or start a new service.")


def refuse_retired(data: Mapping[str, Any], recorded: Mapping[str, Any]) -> None:
    """Refuse a choice that is no longer offered to those who have not made it; an update replays what was recorded."""
    if "applied" in data:
        return
    for key in questions().keys() & data.keys():
        for choice in retired(key):
            if choice in _chosen(data[key]) and choice not in _chosen(recorded.get(key)):
                offered = [other for other in choices(key) if other not in retired(key)]
                raise ModelError(f"{key}: {wording.shown(choice)} is no longer offered; {suggestion(choice, offered)}")


def refuse_wrong(answers: Mapping[str, Any]) -> None:
    """Refuse the first answer, in the order of the questions, that cannot be built."""
    for key in questions():
        if key in answers:
            check(key, answers[key], answers)
    if "applied" in answers:
        _check_applied(answers["applied"])


def check(key: str, answer: object, answers: Mapping[str, Any]) -> None:
    """Refuse an answer, given the other answers so far."""
    if key == "resources":
        parse(resolve(answer, str(answers.get("auth"))), str(answers.get("auth")))
    elif questions()[key].get("multiselect"):
        _check_list(key, answer)
    elif choices(key):
        _check_choice(key, answer)
    elif not isinstance(answer, str):
        raise ModelError(f"{key}: {wording.shown(answer)} is not text; write it in quotes.")
    else:
        wording.RULES[key](answer)


def _check_applied(applied: object) -> None:
    if not isinstance(applied, Mapping):
        raise ModelError("applied: the template writes it itself; leave it out.")
    formats.read(applied)
    lists = applied.get("parts"), applied.get("functions", [])
    if not all(isinstance(found, list) for found in lists) or not isinstance(applied.get("tables"), Mapping):
        raise ModelError("applied: it is damaged; restore the answers file from git.")


def _check_choice(key: str, answer: object) -> None:
    if answer not in choices(key):
        raise ModelError(f"{key}: {wording.shown(answer)} is not offered; {suggestion(answer, choices(key))}")


def _check_list(key: str, answer: object) -> None:
    items = _listed(answer)
    if not items:
        example = f"[{', '.join(choices(key))}]"
        raise ModelError(f"{key}: {wording.shown(answer)} is not a list of choices; write {example}.")
    for item in items:
        _check_choice(key, item)


def _chosen(answer: object) -> list[Any]:
    return _listed(answer) or [answer]


def _listed(answer: object) -> list[Any]:
    """The command line hands over a list as text."""
    try:
        items = yaml.safe_load(answer) if isinstance(answer, str) else answer
    except yaml.YAMLError:
        items = []
    return items if isinstance(items, list) else []
