"""Every combination of the answers that are offered, read from the questions themselves."""

from __future__ import annotations

from itertools import chain, combinations, product
from typing import Any

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


KEYS = [key for key in questions.questions() if questions.choices(key)]
COMBINATIONS: list[dict[str, Any]] = [dict(zip(KEYS, answers, strict=True)) for answers in product(*map(offered, KEYS))]
