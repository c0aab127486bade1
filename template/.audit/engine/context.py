# Kept by the platform: docs/ownership.md says what that means.
"""What a kind of check may use: the contract, the running service, its database. Each comes when it is asked for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from engine import openapi
from engine.hooks import Hooks
from engine.model import BrokenError, UnavailableError
from engine.settings import Settings
from engine.text import Node


class Context:
    """One audit of one service. It is a context manager: at its end the service and its database are gone."""

    def __init__(self, root: Path, settings: Settings, say: Callable[[str], None] = lambda _: None) -> None:
        self.root, self.settings, self.say = root, settings, say
        self.home = Path(__file__).resolve().parent.parent
        self.hooks = Hooks(root, settings)
        self._stack = contextlib.ExitStack()
        self._turn = threading.RLock()
        self._known: dict[str, dict[str, str]] = {}
        self._failed: BrokenError | None = None

    def __enter__(self) -> Context:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @cached_property
    def contract(self) -> Node:
        """The OpenAPI document, with every reference to a file resolved."""
        if not self.settings.contract:
            raise UnavailableError("audit/audit.yml names no contract.")
        return openapi.bundle(self.root, self.settings.contract)

    @cached_property
    def service(self) -> dict[str, Any]:
        """What the hook `up` says of the running service, which has ordinary settings and a fresh database."""
        with self._turn:
            if self._failed:
                raise self._failed
            self.say("starting the service")
            try:
                return self._stack.enter_context(self.hooks.up({}))
            except BrokenError as error:
                self._failed = error  # it would not start for the next one either
                raise

    @property
    def base_url(self) -> str:
        """Where the service answers."""
        return str(self.service["base_url"])

    @property
    def environment(self) -> dict[str, str]:
        """What `up` and `token` need to work on the same database again."""
        return {str(name): str(value) for name, value in self.service.get("environment", {}).items()}

    def credentials(self, identity: str) -> dict[str, str]:
        """The headers of owner, stranger, reader, expired, revoked or nobody; a KeyError if there is none."""
        with self._turn:
            if identity == "nobody":
                return {}
            if identity not in self._known:
                scopes = [scope for scope in self.scopes() if identity != "reader" or scope.endswith(":read")]
                found = self.hooks.headers(identity, scopes, self.environment)
                if found is None:
                    raise KeyError(identity)
                self._known[identity] = found
            return self._known[identity]

    def scopes(self) -> list[str]:
        """The scopes that operations of the contract ask for, sorted."""
        operations = (
            o for item in self.contract.get("paths", {}).values() for o in item.values() if isinstance(o, dict)
        )
        choices = (choice for o in operations for choice in o.get("security", self.contract.get("security", [])))
        return sorted({scope for choice in choices for scopes in choice.values() for scope in scopes})

    def connect(self, address: str = "") -> psycopg.Connection[tuple[Any, ...]]:
        """Connects to the audited database, or to another one, as a role that may see everything."""
        url = address or str(self.service.get("database_url", ""))
        if not url:
            raise UnavailableError("The hook up names no database_url.")
        try:
            return psycopg.connect(url, connect_timeout=5)
        except psycopg.Error as error:
            raise BrokenError(f"The database does not let the audit in: {' '.join(str(error).split())}") from None

    @contextlib.contextmanager
    def restart(self, variables: dict[str, str]) -> Iterator[str]:
        """A second instance on the same database, with other settings; yields where it answers."""
        with self.hooks.up({**self.environment, **variables}) as told:
            yield str(told["base_url"])
