"""The filters that templates use."""

from __future__ import annotations

from jinja2 import pass_context
from jinja2.runtime import Context
from prompt_toolkit.application import get_app_or_none

from . import golang, questions, text
from .columns import aligned
from .context import blueprint
from .errors import ModelError
from .openapi import openapi


@pass_context
def _check(context: Context, answer: object, key: str) -> str:
    """The sentence of a prompt that asks again; elsewhere the hook refuses, for Copier would print a traceback."""
    if get_app_or_none() is None:
        return ""
    try:
        questions.check(key, answer, context.parent)
        if questions.questions().keys() <= context.parent.keys():
            blueprint(context.parent)
    except ModelError as error:
        return str(error)
    return ""


@pass_context
def _gofile(context: Context, text: str, *, with_modules: bool = False, **places: str) -> str:
    modules = {resource.imported: resource.package for resource in context["model"]} if with_modules else {}
    return golang.gofile(text, context["repository"], modules, places)


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
