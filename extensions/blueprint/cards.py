"""Read the cards: one small YAML file for everything that can be chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .files import read

ROOT = Path(__file__).parent
FOLDERS = ("frameworks", "parts")


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a part reads; `{service}` in its texts stands for the name of the service.

    Attributes:
        sample: A value that is safe to read: the default, or for a required one what a value looks like.
        required: Whether production must set it.
        secret: Whether development makes one up.
        development: The value that development takes; empty where it takes none.
    """

    name: str
    about: str
    sample: str
    required: bool = False
    secret: bool = False
    development: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A group of settings that a part reads: a member of the service's configuration."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Server:
    """What a part needs in development, and brings along.

    Attributes:
        script: The script below `make/` that finds or starts it.
        sets: The environment variables that the script prints.
    """

    script: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operations:
    """Operations that a part brings along, beside those of the model.

    Attributes:
        file: The contract that describes them.
        title: What they are called there; their code is generated under the same name.
        paths: For each path, without what names the version, the part of the file.
        types: The names of the shapes in that file, which no resource may have.
    """

    file: str
    title: str
    about: str
    paths: Mapping[str, str]
    types: Collection[str]


@dataclass(frozen=True, slots=True)
class Flow:
    """What a part lets into the service, or out of it.

    Attributes:
        setting: The environment variable that holds the address; empty where there is none.
        retention: How long the other side keeps it.
    """

    source: str
    target: str
    what: str
    protocol: str
    protection: str
    retention: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a choice adds to the files that parts share.

    Attributes:
        question: The question that this card is a choice of.
        language: The language that a framework brings with it.
        base: What every address of the API begins with.
        compose: For each container, its entry under `services` of a compose file.
        volumes: The volumes that its containers keep data in.
        server: What finds or starts it in development.
        settings: For each language, the settings it reads.
        tables: Tables of its own, in the language of the model.
        credential: For a way to authenticate, what callers send, for the contract.
        flows: What goes in and out; `{callers}` in them stands for `callers`, `{rows}` for how long rows are kept.
        callers: For a way to authenticate, who is let in.
        operations: Operations of its own.
    """

    name: str
    question: str
    title: str
    about: str
    language: str = ""
    base: str = ""
    env: tuple[Variable, ...] = ()
    settings: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    compose: Mapping[str, Any] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    server: Server | None = None
    tables: Mapping[str, Any] = field(default_factory=dict)
    credential: str = ""
    flows: tuple[Flow, ...] = ()
    callers: str = ""
    operations: Operations | None = None


@cache
def cards() -> Mapping[str, Card]:
    """All cards by name: the names of the choices."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).glob("*.yml"))]
    return {file.stem: _card(file.stem, read(file)) for file in files}


@cache
def languages() -> tuple[str, ...]:
    """The languages that some framework brings."""
    return tuple(dict.fromkeys(card.language for card in cards().values() if card.language))


def chosen(answers: Mapping[str, Any], questions: tuple[str, ...]) -> tuple[Card, ...]:
    """The cards of the answers, in the order of the questions; `none` has no card."""
    picked = [choice for question in questions for choice in _listed(answers[question])]
    return tuple(cards()[choice] for choice in picked if choice in cards())


def _listed(answer: object) -> list[str]:
    return [str(item) for item in answer] if isinstance(answer, list) else [str(answer)]


def _card(name: str, raw: dict[str, Any]) -> Card:
    env = tuple(Variable(variable, **body) for variable, body in raw.pop("env", {}).items())
    settings = {
        language: tuple(Setting(member, type_) for member, type_ in members.items())
        for language, members in raw.pop("settings", {}).items()
    }
    flows = tuple(Flow(**body) for body in raw.pop("flows", ()))
    server = Server(**raw.pop("server")) if "server" in raw else None
    operations = Operations(**raw.pop("operations")) if "operations" in raw else None
    return Card(name=name, settings=settings, env=env, flows=flows, server=server, operations=operations, **raw)
