"""One kind of error: a model that cannot be built, told in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ModelError(ValueError):
    """The model cannot be built; the message names the place and ends with what to do."""


def suggestion(word: object, known: Iterable[str]) -> str:
    """The end of a refusal: the word that was probably meant, or all that can be chosen."""
    choices = list(known)
    close = get_close_matches(str(word), choices, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else f"choose from {listed(choices)}."


def listed(words: Iterable[str]) -> str:
    """Words as a person lists them: a, b and c."""
    *most, last = list(words) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last
