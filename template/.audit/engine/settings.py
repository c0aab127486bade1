# Kept by the platform: docs/ownership.md says what that means.
"""Reads audit/audit.yml: what the service is, how it is started, and what its team has decided."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from engine.model import BrokenError
from engine.text import mapping

FILE = "audit/audit.yml"
HOOKS = ("up", "routes", "token", "queries")


@dataclass(frozen=True)
class Settings:
    """The file's members. A hook is a command for a shell, run in the folder of the service."""

    hooks: dict[str, str]
    contract: str = ""
    migrations: str = ""
    api_versioning: str = ""
    database_role: str = ""
    schemas: str = "^public$"
    bookkeeping: str = (
        "^(schema_migrations|goose_db_version|alembic_version|atlas_schema_revisions|_prisma_migrations"
        "|kysely_migration.*|knex_migrations.*|pgmigrations|__drizzle_migrations)$"
    )
    beside_contract: tuple[str, ...] = ()  # routes that are no part of it, such as "GET /openapi/"
    facts: tuple[str, ...] = ()  # what holds of the service: the words that `applies` of a check is made of


def load(root: Path) -> Settings:
    """Returns the settings; BrokenError says in one sentence what is wrong with the file."""
    given = mapping(root / FILE, FILE)
    known = {entry.name for entry in fields(Settings)}
    if unknown := sorted(set(given) - known):
        raise BrokenError(
            f"{FILE} has {unknown[0]}, which the audit does not know; it knows {', '.join(sorted(known))}."
        )
    hooks = given.get("hooks") or {}
    if not isinstance(hooks, dict) or not all(isinstance(command, str) for command in hooks.values()):
        raise BrokenError(f"hooks in {FILE} must be commands, each a text.")
    if unknown := sorted(set(hooks) - set(HOOKS)):
        raise BrokenError(f"{FILE} has the hook {unknown[0]}; there are {', '.join(HOOKS)}.")
    for name in ("contract", "migrations", "api_versioning", "database_role", "schemas", "bookkeeping"):
        if not isinstance(given.get(name, ""), str):
            raise BrokenError(f"{name} in {FILE} must be a text.")
    for name in ("schemas", "bookkeeping"):
        _pattern(name, given.get(name, ""))
    return Settings(
        **{
            **given,
            "hooks": hooks,
            "facts": _words(given, "facts"),
            "beside_contract": _words(given, "beside_contract"),
        }
    )


def _pattern(name: str, text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise BrokenError(f"{name} in {FILE} is no pattern: {error}.") from None


def _words(given: dict[str, Any], name: str) -> tuple[str, ...]:
    words = given.get(name) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BrokenError(f"{name} in {FILE} must be a list of texts.")
    return tuple(words)
