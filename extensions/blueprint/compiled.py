"""Compile each text of the template once."""

from __future__ import annotations

from functools import cache
from types import CodeType
from typing import Any

from jinja2 import Environment


def compile_once(environment: Environment) -> None:
    """Copier compiles every part of a path, and the name of the answers file, again for every file it writes."""
    compiled = cache(environment.compile)

    def compile_(*arguments: Any) -> CodeType:
        environment.preprocess(*arguments[:3])  # before each text, Copier forgets by this what the last one yielded
        code: CodeType = compiled(*arguments)
        return code

    environment.compile = compile_  # type: ignore[method-assign, assignment]
