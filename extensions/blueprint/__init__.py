"""Give every template the blueprint of the service it renders."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from copier.errors import UserMessageError
from copier_template_extensions import ContextHook
from jinja2 import Environment

from . import questions
from .context import blueprint, recorded
from .errors import ModelError
from .files import read, twice
from .filters import FILTERS
from .speed import ask_git_once, compile_once, render_only_templates

try:
    from copier._main import _operation as operation
except ImportError:  # a Copier that has it elsewhere lets a memory through that should be left out
    operation = ContextVar("operation")


class Blueprint(ContextHook):
    """Refuse answers that cannot be built; give templates what they read.

    Copier calls the hook more than a thousand times for one service, so what it made is kept.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters |= FILTERS
        compile_once(environment)
        ask_git_once()
        render_only_templates()
        self._refusal: str | None = None
        self._blueprint: dict[str, Any] = {}

    def hook(self, context: dict[str, Any]) -> None:
        if self._refusal is None:
            self._refusal = ""  # looking at the answers renders, and so comes here again
            self._refusal = _refusal(context)
        if self._refusal:
            raise UserMessageError(self._refusal)
        if context["_copier_phase"] == "render" and "built" not in context:  # an imported template has it already
            context.update(self._built(context))

    def _built(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Each run of Copier has an environment, and so a hook, of its own; once it renders, no answer changes."""
        if not self._blueprint:
            answers = {key: context[key] for key in (*questions.questions(), "applied") if key in context}
            try:
                questions.refuse_wrong(answers)
                self._blueprint = blueprint(answers) | {"recorded": recorded(context["_copier_answers"])}
            except ModelError as error:
                raise UserMessageError(str(error)) from error
        return self._blueprint


def _refusal(context: Mapping[str, Any]) -> str:
    """What is wrong with the answers that are known before the first question is asked."""
    conf = context["_copier_conf"]
    data = conf["data"]
    usual = {key: value for key, value in conf["settings"].defaults.items() if "{" not in str(value)}
    try:
        last = _last_answers(Path(conf["dst_path"], conf["answers_file"]))
        if not last and operation.get(None) == "copy":  # an update replays what was recorded, in folders of its own
            questions.refuse_memory(data)
        questions.refuse_unknown(data, last)
        questions.refuse_moved(data, last)
        questions.refuse_retired(data, last)
        questions.refuse_wrong({**usual, **context})
    except ModelError as error:
        return str(error)
    return ""


def _last_answers(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    if key := twice(file):
        raise ModelError(f"{file.name} has {key} twice, as two branches changed it; `make model` makes one of both.")
    return read(file) or {}
