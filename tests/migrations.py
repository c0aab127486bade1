"""Migrations as tests see them: rendered without Copier, and run as the runner would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import yaml
from blueprint import changes
from blueprint.elements import Resource
from blueprint.migration import Migration
from blueprint.model import parse
from blueprint.names import Name
from blueprint.seed import seed
from blueprint.table import Table
from blueprint.tables import tables
from psycopg import Connection

ROOT = Path(__file__).parents[1]
MODELS = {file.stem: file for file in sorted((ROOT / "tests/models").glob("*.yml"))}
MIGRATION = next((ROOT / "template/db/migrations").glob("*.sql.jinja"))
SERVICE = Name("billing")
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
BOOKS = "create table schema_migrations (version varchar(128) primary key)"


@dataclass(frozen=True, slots=True)
class Script:
    """A rendered migration."""

    file: str
    text: str

    @property
    def halves(self) -> tuple[str, str]:
        _, up, down = self.text.split("-- migrate:")
        return up, down

    def up(self, connection: Connection) -> None:
        _run(connection, self.halves[0])

    def down(self, connection: Connection) -> None:
        _run(connection, self.halves[1])


@dataclass(frozen=True, slots=True)
class Built:
    """What one run of the template makes of a model."""

    tables: tuple[Table, ...]
    scripts: tuple[Script, ...]
    applied: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keys:
    """A card that brings a table."""

    tables: Mapping[str, Any]


@cache
def zoo(name: str) -> Any:
    """The mapping of resources of one of the models that tests share."""
    return yaml.safe_load(MODELS[name].read_text(encoding="utf-8"))["resources"]


@cache
def api_key() -> Keys:
    card = yaml.safe_load((ROOT / "extensions/blueprint/parts/api_key.yml").read_text(encoding="utf-8"))
    return Keys(card["tables"])


def model(raw: Any) -> tuple[Resource, ...]:
    return parse(raw, "api_key")


def build(raw: Any, applied: Mapping[str, Any] = changes.NOTHING, cards: Iterable[Keys] | None = None) -> Built:
    """One run: the migrations of this model, and what the answers file says afterwards."""
    wanted = tables(model(raw), [api_key()] if cards is None else cards, SERVICE)
    found = changes.new_migrations(wanted, applied, NOW, SERVICE)
    facts = json.loads(json.dumps(changes.facts(wanted, applied)))
    memory = {"parts": ["postgres", "rest"], "functions": changes.functions(wanted, applied), "tables": facts}
    return Built(wanted, tuple(_render(m) for m in found), memory)


def roles() -> str:
    return _environment().get_template("template/db/roles.sql.jinja").render(service=SERVICE)


def seeds(raw: Any) -> str:
    return _environment().get_template("template/db/seed.sql.jinja").render(seed=seed(model(raw)))


def _render(migration: Migration) -> Script:
    template = _environment().get_template(MIGRATION.relative_to(ROOT).as_posix())
    return Script(migration.file, template.render(m=migration))


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def _run(connection: Connection, half: str) -> None:
    """In a transaction, unless the file says that it must not be in one."""
    first, statements = half.split("\n", 1)
    if "transaction:false" in first:
        connection.execute(statements.encode())
    else:
        with connection.transaction():
            connection.execute(statements.encode())
