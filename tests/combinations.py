"""Combinations of the answers that are offered, read from the questions themselves: all, and few that stand for all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any

import yaml
from allpairspy import AllPairs
from blueprint import questions

from tests.support import Answers


def offered(key: str) -> list[Any]:
    """Every answer to a question of choices: one choice, or each set of several."""
    choices = questions.choices(key)
    if not questions.questions()[key].get("multiselect"):
        return list(choices)
    return [list(some) for some in chain.from_iterable(combinations(choices, n + 1) for n in range(len(choices)))]


def label(answers: Answers) -> str:
    """A name for a combination; what is declined is left out."""
    chosen = (value for value in answers.values() if value != "none")
    return "-".join("+".join(value) if isinstance(value, list) else value for value in chosen)


def answers_of(answers: Answers, model: Path) -> dict[str, Any]:
    """The answers with a model in them; where nobody is known, no row is owned."""
    resources = yaml.safe_load(model.read_text(encoding="utf-8"))["resources"]
    if answers["auth"] == "none":
        resources = {
            resource: {word: value for word, value in (body or {}).items() if word != "owned"}
            for resource, body in resources.items()
        }
    return {**answers, "resources": resources}


def with_news(all_answers: Iterable[Answers]) -> list[Answers]:
    """Those that have an answer which none before them has: together, every answer once."""
    seen, found = set[tuple[str, str]](), []
    for answers in all_answers:
        each = {(key, str(answer)) for key, answer in answers.items()}
        if each - seen:
            found.append(answers)
        seen |= each
    return found


KEYS = [key for key in questions.questions() if questions.choices(key)]
COMBINATIONS: list[dict[str, Any]] = [dict(zip(KEYS, answers, strict=True)) for answers in product(*map(offered, KEYS))]


def pairwise() -> list[dict[str, Any]]:
    """Every two answers meet in one of these; few faults need three (Kuhn, Wallace and Gallo, IEEE TSE 30(6), 2004)."""
    keys = sorted(KEYS, key=lambda key: -len(offered(key)))  # fewer, when the questions of most choices come first
    chosen = (dict(zip(keys, answers, strict=True)) for answers in AllPairs(list(map(offered, keys))))
    return [{key: answers[key] for key in KEYS} for answers in chosen]


PAIRWISE = pairwise()
