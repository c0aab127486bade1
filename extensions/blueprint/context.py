"""What every template reads: made from the answers, the same for the same answers and clock."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import cards, changes, formats, golang, questions
from .cached import cached, changed_with, deleted_with
from .elements import Resource
from .layers import SECURED, derived, derived_from, layers
from .model import parse
from .names import Name
from .openapi import addresses, tags
from .resolve import resolve
from .seed import seed
from .tables import tables

CHOICES = ("framework", "database", "cache", "apis", "api_versioning", "auth")
ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}

# What checks of the audit ask of a service, beside its parts and what follows from them.
IDEMPOTENCY = "idempotency"

# Each language looks at the model before anything is printed, to refuse what it cannot name.
VIEWS = {"go": golang.check}


def blueprint(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The service that the answers describe; a ModelError if there can be none."""
    service = Name(answers["service_name"].replace("-", "_"))
    parts = cards.chosen(answers, CHOICES)
    names = [part.name for part in parts]
    language = next(part.language for part in parts if part.language)
    base = next((part.base for part in parts if part.base), "")
    resources = resolve(answers["resources"], answers["auth"])
    model = parse(resources, answers["auth"])
    applied = formats.read(answers["applied"]) if "applied" in answers else changes.NOTHING
    wanted = tables(model, parts, service)
    kept = cached(model, parts)
    brought = [part.operations for part in parts if part.operations]
    served = addresses(model, base, brought)
    VIEWS[language](model, brought)
    sample = next((resource for resource in model if resource.can_be_alone), None)
    return {
        "service": service,
        "language": language,
        "parts": parts,
        "resources": resources,
        "model": model,
        "tables": wanted,
        "base": base,
        "addresses": served,
        "tags": tags(model, brought),
        "environment": sorted((v for part in parts for v in part.env), key=lambda v: not v.required),
        "developed": [variable for part in parts for variable in part.env if variable.development],
        "secrets": [variable for part in parts for variable in part.env if variable.secret],
        "settings": [setting for part in parts for setting in part.settings.get(language, ())],
        "credential": next((part.credential for part in parts if part.credential), ""),
        "flows": [flow for part in parts for flow in part.flows],
        "callers": next((part.callers for part in parts if part.callers), "nobody has to say who they are"),
        "rows_kept": _kept(model),
        "facts": [language, *derived(names), IDEMPOTENCY],
        "seed": seed(model),
        "sensitive": sorted({field.name.snake for resource in model for field in resource.fields if field.sensitive}),
        "sample": sample,
        "cached": kept,
        "changed_with": changed_with(model, kept),
        "deleted_with": deleted_with(kept),
        "new": changes.new_parts(model, derived(names), [*cards.cards(), SECURED], derived_from(applied)),
        "new_migrations": changes.new_migrations(wanted, applied, _now(), service),
        "built": {
            "format": formats.FORMAT,
            "language": language,
            "database": answers["database"],
            "parts": names,
            "functions": changes.functions(wanted, applied),
            "tables": changes.facts(wanted, applied),
        },
        **layers(
            language, derived(names), populated=bool(model), served=bool(served), sample=sample, copied=bool(kept)
        ),
    }


def recorded(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in the order of the questions; the template prints the resources apart."""
    order = [key for key in ("_commit", "_src_path", *questions.questions()) if key != "resources"]
    return {key: address(answers[key]) if key == "_src_path" else answers[key] for key in order if key in answers}


def address(source: str) -> str:
    """Where the template came from, in a form that works from every folder and for every tool."""
    for alias, host in ALIASES.items():
        if source.startswith(alias):
            return f"{host}{source.removeprefix(alias).removesuffix('.git')}.git"
    path = Path(source).expanduser()
    return str(path.resolve()) if path.is_dir() else source


def _kept(model: Iterable[Resource]) -> str:
    """How long the database keeps a row."""
    hidden = any(resource.soft_delete for resource in model)
    return f"{'for good where deleting only hides it, else ' if hidden else ''}until it is deleted"


def _now() -> datetime:
    """The clock names a migration and decides nothing else."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
