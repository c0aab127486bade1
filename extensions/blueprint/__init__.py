"""Give every template the blueprint of the service it renders."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from copier.errors import UserMessageError
from copier_template_extensions import ContextHook
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from prompt_toolkit.application import get_app_or_none

from . import cards, changes, golang, questions, text
from .columns import aligned
from .compiled import compile_once
from .errors import ModelError
from .layers import SECURED, derived, derived_from, layers
from .model import parse
from .names import Name
from .openapi import addresses, openapi
from .resolve import resolve
from .seed import seed
from .tables import tables

CHOICES = ("framework", "database", "cache", "apis", "api_versioning", "auth")
ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


class Blueprint(ContextHook):
    """Refuse answers that cannot be built; give templates what they read.

    Copier calls the hook more than a thousand times for one service, so what it made is kept.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters |= FILTERS
        compile_once(environment)
        self._refusal: str | None = None
        self._answers: dict[str, Any] = {}
        self._blueprint: dict[str, Any] = {}

    def hook(self, context: dict[str, Any]) -> None:
        if self._refusal is None:
            self._refusal = ""  # looking at the answers renders, and so comes here again
            self._refusal = _refusal(context)
        if self._refusal:
            raise UserMessageError(self._refusal)
        if context["_copier_phase"] == "render" and "built" not in context:  # an imported template has it already
            context.update(self._cached(context))

    def _cached(self, context: Mapping[str, Any]) -> dict[str, Any]:
        answers = {key: context[key] for key in (*questions.questions(), "applied") if key in context}
        if answers != self._answers:
            try:
                questions.refuse_wrong(answers)
                self._blueprint = _blueprint(answers) | {"recorded": _recorded(context["_copier_answers"])}
            except ModelError as error:
                raise UserMessageError(str(error)) from error
            self._answers = answers
        return self._blueprint


def _refusal(context: Mapping[str, Any]) -> str:
    """What is wrong with the answers that are known before the first question is asked."""
    conf = context["_copier_conf"]
    data, recorded = conf["data"], _last_answers(Path(conf["dst_path"], conf["answers_file"]))
    usual = {key: value for key, value in conf["settings"].defaults.items() if "{" not in str(value)}
    try:
        questions.refuse_unknown(data, recorded)
        questions.refuse_moved(data, recorded)
        questions.refuse_wrong({**usual, **context})
    except ModelError as error:
        return str(error)
    return ""


def _last_answers(file: Path) -> dict[str, Any]:
    return (yaml.safe_load(file.read_bytes()) or {}) if file.is_file() else {}


def _blueprint(answers: Mapping[str, Any]) -> dict[str, Any]:
    service = Name(answers["service_name"].replace("-", "_"))
    parts = cards.chosen(answers, CHOICES)
    names = [part.name for part in parts]
    language = next(part.language for part in parts if part.language)
    resources = resolve(answers["resources"], answers["auth"])
    model = parse(resources, answers["auth"])
    applied = answers.get("applied", changes.NOTHING)
    wanted = tables(model, parts, service)
    VIEWS[language](model)
    return {
        "service": service,
        "language": language,
        "parts": parts,
        "resources": resources,
        "model": model,
        "tables": wanted,
        "addresses": addresses(model),
        "environment": sorted((v for part in parts for v in part.env), key=lambda v: not v.required),
        "secrets": [variable for part in parts for variable in part.env if variable.secret],
        "settings": [setting for part in parts for setting in part.settings.get(language, ())],
        "credential": next((part.credential for part in parts if part.credential), ""),
        "seed": seed(model),
        "new": changes.new_parts(model, derived(names), [*cards.cards(), SECURED], derived_from(applied)),
        "new_migrations": changes.new_migrations(wanted, applied, _now(), service),
        "built": {
            "format": questions.FORMAT,
            "language": language,
            "database": answers["database"],
            "parts": names,
            "tables": changes.facts(wanted, applied),
        },
        **layers(language, derived(names), populated=bool(model)),
    }


def _recorded(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in the order of the questions; the template prints the resources apart."""
    order = [key for key in ("_commit", "_src_path", *questions.questions()) if key != "resources"]
    return {key: _address(answers[key]) if key == "_src_path" else answers[key] for key in order if key in answers}


def _address(source: str) -> str:
    """Where the template came from, in a form that works from every folder and for every tool."""
    for alias, host in ALIASES.items():
        if source.startswith(alias):
            return f"{host}{source.removeprefix(alias).removesuffix('.git')}.git"
    path = Path(source).expanduser()
    return str(path.resolve()) if path.is_dir() else source


def _now() -> datetime:
    """The clock names a migration and decides nothing else."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)


@pass_context
def _check(context: Context, answer: object, key: str) -> str:
    """The sentence of a prompt that asks again; elsewhere the hook refuses, for Copier would print a traceback."""
    if get_app_or_none() is None:
        return ""
    try:
        questions.check(key, answer, context.parent)
        if questions.questions().keys() <= context.parent.keys():
            _blueprint(context.parent)
    except ModelError as error:
        return str(error)
    return ""


@pass_context
def _gofile(context: Context, text: str, *, with_modules: bool = False, **places: str) -> str:
    modules = [resource.package for resource in context["model"]] if with_modules else []
    return golang.gofile(text, context["repository"], modules, places)


# Each language looks at the model before anything is printed, to refuse what it cannot name.
VIEWS = {"go": golang.check}
FILTERS = {
    "aligned": aligned,
    "check": _check,
    "comment": text.comment,
    "for_people": text.for_people,
    "go": golang.go,
    "gofile": _gofile,
    "go_strings": golang.strings,
    "gotests": golang.Tests,
    "markdown": text.markdown,
    "openapi": openapi,
    "one_line_each": text.one_line_each,
    "to_json": text.literal,
}
