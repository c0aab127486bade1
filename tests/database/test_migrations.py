"""Every model of the zoo becomes a database, and every migration can be taken back."""

from __future__ import annotations

import pytest
from blueprint.triggers import triggers

from tests.database.conftest import Database
from tests.database.fingerprint import fingerprint
from tests.migrations import MODELS, build, zoo


@pytest.mark.parametrize("name", MODELS)
def test_up_down_up(database: Database, name: str) -> None:
    """Down leaves what was there before up, and up after down gives the same database again."""
    before = fingerprint(database.owner)
    (script,) = build(zoo(name)).scripts
    script.up(database.owner)
    first = fingerprint(database.owner)
    script.down(database.owner)
    assert fingerprint(database.owner) == before
    script.up(database.owner)
    assert fingerprint(database.owner) == first
    assert len(first) > len(before)


def test_names_survive(populated: tuple[str, Database]) -> None:
    """PostgreSQL keeps every name as the model wrote it, and cuts none."""
    name, database = populated
    built = build(zoo(name)).tables
    names = {table.name.snake for table in built}
    names |= {index.name for table in built for index in table.indexes}
    names |= {check.name for table in built for check in table.checks}
    names |= {key.name for table in built for key in table.references}
    names |= {trigger.name for table in built for trigger in triggers(table)}
    kept = (
        "select relname::text from pg_class union select conname from pg_constraint union select tgname from pg_trigger"
    )
    assert names <= {name for (name,) in database.owner.execute(kept)}
