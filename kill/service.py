"""A service in a folder, on a fresh database: what the probes ask of the context of the audit, without the audit."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import yaml

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "TEST_DATABASE_URL", "API_KEY_PEPPER")
PATIENCE = 20.0


def bundled(folder: Path) -> dict[str, Any]:
    """The contract with every reference to a file replaced by what it names."""
    documents: dict[str, Any] = {}

    def at(file: str, pointer: str) -> Any:
        if file not in documents:
            documents[file] = yaml.load((folder / file).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found = documents[file]
        for part in filter(None, pointer.split("/")):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found

    def walk(node: Any, file: str) -> Any:
        if isinstance(node, list):
            return [walk(item, file) for item in node]
        if not isinstance(node, dict):
            return node
        own = {str(name): walk(value, file) for name, value in node.items() if name != "$ref"}
        if "$ref" not in node:
            return own
        name, _, pointer = node["$ref"].partition("#")
        return {**walk(at(name or file, pointer), name or file), **own}

    whole: dict[str, Any] = walk(at("openapi.yaml", ""), "openapi.yaml")
    return whole


def environment(folder: Path) -> dict[str, str]:
    """The settings of development, with the embedded server running."""
    shell = "source make/environment.sh >/dev/null && env"
    done = subprocess.run(["bash", "-c", shell], cwd=folder, capture_output=True, text=True, check=True)
    pairs = (line.partition("=") for line in done.stdout.splitlines())
    return {name: value for name, _, value in pairs if name in NAMES}


def placed(url: str, database: str) -> str:
    """The address with another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


class Context:
    """What a kind of check is given. Close it to drop the database."""

    def __init__(self, folder: Path, settings: dict[str, str], program: Path) -> None:
        self.root, self.program = folder, program
        self.database = f"audit_{secrets.token_hex(4)}"
        self.admin = settings["TEST_DATABASE_URL"]
        self.settings = SimpleNamespace(api_versioning="")
        self.contract = bundled(folder / "api" / "rest")
        self.variables = {**settings, **{name: placed(settings[name], self.database) for name in NAMES[:2]}}
        self.known: dict[str, dict[str, str]] = {}
        self.hooks, self.environment = SimpleNamespace(ask=self._ask), self.variables
        owner = urlsplit(settings["DATABASE_OWNER_URL"]).username
        with psycopg.connect(self.admin, autocommit=True) as server:
            server.execute(f"create database {self.database} owner {owner}")
        with self.connect() as fresh:
            fresh.execute((folder / "db" / "roles.sql").read_bytes())
        self.command("migrate", "up")

    def environ(self, more: dict[str, str]) -> dict[str, str]:
        """The environment of the service."""
        return {**os.environ, **self.variables, "LOG_LEVEL": "error", **more}

    def command(self, *words: str) -> str:
        """Runs a command of the service, and returns what it prints."""
        done = subprocess.run([self.program, *words], env=self.environ({}), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def connect(self) -> psycopg.Connection[Any]:
        """As the administrator of the database."""
        return psycopg.connect(placed(self.admin, self.database))

    def credentials(self, identity: str) -> dict[str, str]:
        """Headers of an identity; a KeyError if the service has none such."""
        if identity == "nobody" or "security" not in self.contract:
            if identity in ("expired", "revoked"):
                raise KeyError(identity)
            return {}
        if identity not in self.known:
            self.known[identity] = {"Authorization": f"Bearer {self._key(identity)}"}
        return self.known[identity]

    def _ask(self, _: str, identity: str, *scopes: str, environment: dict[str, str]) -> dict[str, str]:
        words = [word for scope in scopes for word in ("--scope", scope)]
        return {"Authorization": f"Bearer {self.command('keys', 'create', '--subject', identity, *words)}"}

    def _key(self, identity: str) -> str:
        operations = (o for item in self.contract["paths"].values() for o in item.values() if isinstance(o, dict))
        needed = {
            scope
            for o in operations
            for choice in o.get("security", [])
            for scopes in choice.values()
            for scope in scopes
        }
        scopes = sorted(scope for scope in needed if identity != "reader" or scope.endswith(":read"))
        subject = "owner" if identity == "reader" else identity
        words = [word for scope in scopes for word in ("--scope", scope)]
        key = self.command("keys", "create", "--subject", subject, *words)
        prefix = key.split("_")[1]
        if identity == "expired":
            with self.connect() as database:
                database.execute(
                    "update api_keys set expires_at = now() - interval '1 hour' where prefix = %s", [prefix]
                )
        if identity == "revoked":
            self.command("keys", "revoke", prefix)
        return key

    @contextlib.contextmanager
    def restart(self, variables: dict[str, str]) -> Iterator[str]:
        """An instance of its own with these settings; yields where it answers."""
        public, admin = free_port(), free_port()
        listen = {"LISTEN": f"127.0.0.1:{public}", "ADMIN_LISTEN": f"127.0.0.1:{admin}"}
        environ = self.environ({**listen, **variables})
        running = subprocess.Popen(
            [self.program, "serve"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(running, public)
            yield f"http://127.0.0.1:{public}"
        finally:
            running.terminate()
            running.wait()

    def say(self, text: str) -> None:
        """Progress, if somebody wants to see it."""
        if os.environ.get("VERBOSE"):
            print(f"  {text}", file=sys.stderr)

    def close(self) -> None:
        """Drops the database."""
        with psycopg.connect(self.admin, autocommit=True) as server:
            server.execute(f"drop database if exists {self.database} with (force)")


def free_port() -> int:
    """A loopback port that nobody has."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def wait_for(running: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the service answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if running.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError("the service does not start")
