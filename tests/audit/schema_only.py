"""A hook `up` that makes a database from the migrations alone: enough for checks of the schema, and nothing is built.

Usage: schema_only.py <folder of migrations> <role that owns> <file with the roles>
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

UP = re.compile(r"-- migrate:up[^\n]*\n(.*?)(?:-- migrate:down|\Z)", re.DOTALL)
BOOKS = "create table schema_migrations (version text primary key)"


def main(folder: str, owner: str, roles: str) -> None:
    """Make it, say where it is, and drop it at the end."""
    server, name = os.environ["TEST_DATABASE_URL"], f"schema_{secrets.token_hex(4)}"
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with psycopg.connect(server, autocommit=True) as admin:
        try:
            made = sql.SQL("create database {} owner {} template template0")
            admin.execute(made.format(sql.Identifier(name), sql.Identifier(owner)))
            with psycopg.connect(url, autocommit=True) as inside:
                inside.execute(Path(roles).read_bytes())
                inside.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))
                for step in (BOOKS, *(file.read_text(encoding="utf-8") for file in sorted(Path(folder).glob("*.sql")))):
                    found = UP.search(step)
                    inside.execute((found[1] if found else step).encode())
            sys.stdout.write(json.dumps({"base_url": "http://127.0.0.1:9", "database_url": url}) + "\n")
            sys.stdout.flush()
            signal.pause()
        except psycopg.Error as error:
            sys.exit(" ".join(str(error).split()))
        finally:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


if __name__ == "__main__":
    main(*sys.argv[1:])
