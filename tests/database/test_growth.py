"""A model that grows: every later migration runs over rows, can be taken back, and ends where a new service begins."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from psycopg import Connection, sql
from psycopg.errors import LockNotAvailable, UniqueViolation

from tests.database.conftest import Database, prepared
from tests.database.fingerprint import fingerprint
from tests.migrations import Built, build, model, seeds

FIELDS = "a: {type: text, max_length: 50}, s: {type: enum, values: [x, y], default: x}, n: {type: integer, max: 9}"
START = f"shop: {{soft_delete: true}}\nthing: {{owned: true, fields: {{{FIELDS}}}}}"

GROWTH = {
    "a resource": (START, f"{START}\npart: {{belongs_to: {{shop: null, thing: {{on_delete: cascade}}}}}}"),
    "the first soft parent": ("a:", "a:\nb: {soft_delete: true}\nc: {soft_delete: true, belongs_to: [a, b]}"),
    "fields": (
        START,
        START.replace(
            "a: {",
            "b: {type: text, optional: true, filter: true, about: New.}, c: {type: money, optional: true}, "
            "d: {type: date, optional: true, unique: true}, e: {type: boolean, default: false, filter: true}, "
            "f: {type: decimal, default: 1.5, min: 0, sort: true}, "
            "g: {type: email, optional: true, unique: true}, a: {",
        ),
    ),
    "references": (
        START,
        START.replace(
            "owned: true,",
            "owned: true, belongs_to: {shop: {optional: true, on_delete: set_null}, "
            "up: {resource: thing, optional: true}},",
        ),
    ),
    "wider rules": (START, START.replace("50", "60").replace("[x, y]", "[x, y, z]").replace("max: 9", "max: 10")),
    "a default": (START, START.replace("default: x", "default: y")),
    "indexes": (
        START,
        START.replace("max_length: 50", "max_length: 50, filter: true, unique: true").replace(
            "max: 9", "max: 9, sort: true"
        ),
    ),
    "a composite": (START, START.replace("owned: true,", "owned: true, unique: [[a, n]],")),
    "soft delete": (
        f"{START}\npart: {{belongs_to: [shop, thing]}}\nlog: {{operations: [create, list], belongs_to: [shop]}}",
        f"{START}\npart: {{belongs_to: [shop, thing], soft_delete: true}}\nlog: {{belongs_to: [shop]}}",
    ),
    "soft delete of a parent": (
        "thing: {owned: true, unique: [[a, b]],"
        " fields: {a: {type: text, unique: true}, b: {type: email, unique: true}}}\n"
        "part: {belongs_to: {thing: {on_delete: cascade}}}",
        "thing: {owned: true, unique: [[a, b]], soft_delete: true,"
        " fields: {a: {type: text, unique: true}, b: {type: email, unique: true}}}\n"
        "part: {belongs_to: {thing: {on_delete: cascade}}}",
    ),
    "soft delete of a parent, and a child": (
        "thing: {fields: {n: integer}}",
        "thing: {soft_delete: true, belongs_to: {kind: {optional: true}}, fields: {n: integer}}\n"
        "part: {belongs_to: [thing]}\nkind: {soft_delete: true}",
    ),
    "operations": ("thing: {operations: [create, list]}", "thing:"),
    "fewer operations": ("thing:", "thing: {operations: [create, list]}"),
}

LOSS = {
    "a field": (START, START.replace("a: {type: text, max_length: 50}, ", "")),
    "a reference": ("shop: {soft_delete: true}\nthing: {belongs_to: [shop]}", "shop: {soft_delete: true}\nthing:"),
    "a filter": ("thing: {fields: {a: {type: text, filter: true}}}", "thing: {fields: {a: text}}"),
    "a unique": (
        "thing: {unique: [[a, b]], fields: {a: {type: text, unique: true}, b: {type: email, unique: true}}}",
        "thing: {fields: {a: text, b: email}}",
    ),
}

UNIQUE = "thing: {unique: [[a, b]], fields: {a: {type: text, unique: true}, b: {type: email, optional: true}}}"
PLAIN = "thing: {fields: {a: text, b: {type: email, optional: true}}}"
CHAINS = {
    "a unique that comes and goes": (PLAIN, UNIQUE, PLAIN),
    "a unique that comes, goes and comes again": (PLAIN, UNIQUE, PLAIN, UNIQUE),
    "a unique that comes, and then is of live rows": (PLAIN, UNIQUE, UNIQUE.replace("{", "{soft_delete: true, ", 1)),
    "a unique of live rows that goes": (
        UNIQUE,
        UNIQUE.replace("{", "{soft_delete: true, ", 1),
        PLAIN.replace("{", "{soft_delete: true, ", 1),
    ),
    "a field that comes with a unique, which then is of live rows and goes": (
        "thing:",
        "thing: {fields: {a: {type: text, optional: true, unique: true}}}",
        "thing: {soft_delete: true, fields: {a: {type: text, optional: true, unique: true}}}",
        "thing: {soft_delete: true, fields: {a: {type: text, optional: true}}}",
    ),
    "a limit that goes": (
        "thing: {fields: {n: {type: decimal, max: 1}}}",
        "thing: {fields: {n: decimal}}",
        "thing: {soft_delete: true, fields: {n: decimal}}",
    ),
    "a filter that comes, goes and comes again": (
        "thing: {fields: {a: text}}",
        "thing: {fields: {a: {type: text, filter: true}}}",
        "thing: {fields: {a: text}}",
        "thing: {soft_delete: true, fields: {a: {type: text, sort: true}}}",
    ),
}

SQUAWK = Path(sys.executable).with_name("squawk")
# Findings of squawk that are what the model asks for.
WANTED = {
    "ban-drop-constraint",  # a limit is widened, a uniqueness given up
    "ban-drop-not-null",  # a retired column stays empty in new rows
    "renaming-object",  # the index that narrows a uniqueness takes the name by which its error is told
    "require-statement-timeout",  # what holds a strong lock is short; what takes long lets others read and write
}
# In files that hold one `create` or `drop index concurrently`.
ALONE = {
    "prefer-robust-stmts",  # `if not exists` would keep an invalid index: `migrate up` drops such a one first
    "require-lock-timeout",  # nobody has to wait for it, so it may wait for everybody
}


def counts(connection: Connection, raw: Any) -> list[Any]:
    tables = [sql.Identifier(resource.table.snake) for resource in model(raw)]
    return [connection.execute(sql.SQL("select count(*) from {}").format(table)).fetchone() for table in tables]


def walk(database: Database, built: Built) -> None:
    """Each file: up, down to where it was, and up again to where it had come."""
    for script in built.scripts:
        before = fingerprint(database.owner)
        script.up(database.owner)
        after = fingerprint(database.owner)
        assert after != before or "_check_" in script.file, script.file
        script.down(database.owner)
        assert fingerprint(database.owner) == before, script.file
        script.up(database.owner)
        assert fingerprint(database.owner) == after, script.file


def grown(database: Database, before: str, after: str) -> None:
    old, new = yaml.safe_load(before), yaml.safe_load(after)
    first = database.apply(build(old))
    database.owner.execute(seeds(old).encode())
    rows = counts(database.owner, old)
    walk(database, build(new, first.applied))
    assert counts(database.owner, old) == rows


def shape(connection: Connection) -> list[str]:
    """The fingerprint without what may differ: a full index serves live rows."""
    lines = fingerprint(connection)
    return sorted(re.sub(r"^(index CREATE INDEX .*) WHERE \(deleted_at IS NULL\)", r"\1", line) for line in lines)


@pytest.mark.parametrize("what", GROWTH)
def test_growth(database: Database, what: str) -> None:
    """What was added later is what would have been there from the start, and no row is lost on the way."""
    before, after = GROWTH[what]
    grown(database, before, after)
    found = shape(database.owner)
    with prepared(database.server) as fresh:
        fresh.apply(build(yaml.safe_load(after)))
        assert found == shape(fresh.owner)


@pytest.mark.parametrize("what", CHAINS)
def test_growth_goes_on(database: Database, what: str) -> None:
    """What was grown can grow on: each step as from a new service, and the end is where a new one would begin."""
    first, *later = map(yaml.safe_load, CHAINS[what])
    built = database.apply(build(first))
    database.owner.execute(seeds(first).encode())
    rows = counts(database.owner, first)
    for step in later:
        built = build(step, built.applied)
        walk(database, built)
    assert counts(database.owner, first) == rows
    found = shape(database.owner)
    with prepared(database.server) as fresh:
        fresh.apply(build(later[-1]))
        assert found == shape(fresh.owner)


@pytest.mark.parametrize("after", [PLAIN, UNIQUE.replace("{", "{soft_delete: true, ", 1)], ids=["gone", "of live rows"])
def test_a_unique_that_is_an_index_still_can_go(database: Database, after: str) -> None:
    """The first versions left one that was added later as an index, and the memory does not tell which it is."""
    plain, unique, last = map(yaml.safe_load, (PLAIN, UNIQUE, after))
    first = database.apply(build(plain))
    database.owner.execute(seeds(plain).encode())
    second = build(unique, first.applied)
    for script in second.scripts:
        if "attach" not in script.file:
            script.up(database.owner)
    for script in build(last, second.applied).scripts:
        script.up(database.owner)
        script.down(database.owner)
        script.up(database.owner)
    found = shape(database.owner)
    with prepared(database.server) as fresh:
        fresh.apply(build(last))
        assert found == shape(fresh.owner)


@pytest.mark.parametrize("what", ["a: text", "a: {type: text, filter: true}", "a: {type: text, unique: true}"])
def test_what_one_branch_gave_up_is_not_in_the_way_of_a_merge(database: Database, what: str) -> None:
    """The memory of both has all that one of them has, and so what the other has dropped."""
    common = f"thing: {{fields: {{n: {{type: decimal, max: 1}}, {what}}}}}"
    less = "thing: {fields: {n: decimal, a: text}}"
    more = "b: {type: boolean, default: false}"
    first = database.apply(build(yaml.safe_load(common)))
    database.apply(build(yaml.safe_load(less), first.applied))
    memory_of_both = database.apply(build(yaml.safe_load(common.replace("n: {", f"{more}, n: {{")), first.applied))
    wanted = yaml.safe_load(less.replace("n: ", f"{more}, n: "))
    for script in build(wanted, memory_of_both.applied).scripts:
        script.up(database.owner)
        script.down(database.owner)
        script.up(database.owner)
    found = shape(database.owner)
    with prepared(database.server) as fresh:
        fresh.apply(build(wanted))
        assert found == shape(fresh.owner)


@pytest.mark.parametrize("remembers", [True, False], ids=["is remembered", "is not remembered"])
def test_a_resource_that_is_taken_away_by_hand_leaves_its_functions(database: Database, remembers: bool) -> None:
    """The next one that needs them has them, and leaves them when it is taken back; the first versions forgot them."""
    shop = "shop: {soft_delete: true}"
    first = database.apply(build(yaml.safe_load(f"{shop}\nthing: {{belongs_to: [shop]}}")))
    second = build(yaml.safe_load(shop), first.applied)
    database.owner.execute("drop trigger shops_things_shop_id_soft_delete on shops; drop table things")
    memory = {**second.applied, "tables": {k: v for k, v in second.applied["tables"].items() if k != "things"}}
    if not remembers:
        del memory["functions"]
    third = build(yaml.safe_load(f"{shop}\npart: {{belongs_to: [shop]}}"), memory)
    if remembers:
        walk(database, third)
    else:
        database.apply(third)


@pytest.mark.parametrize("what", LOSS)
def test_loss(database: Database, what: str) -> None:
    """What is given up goes without losing a row, and can be taken back."""
    grown(database, *LOSS[what])


def test_retired_column_can_stay_empty(database: Database) -> None:
    """A service that no longer knows a column can still write rows."""
    grown(database, *LOSS["a field"])
    with database.service() as service:
        service.execute("insert into things (id, owner, n) values (gen_random_uuid(), 'me', 1)")


def test_rows_in_the_way_of_a_unique_are_told_before_its_index_is_begun(database: Database) -> None:
    """The sentence names the columns; nothing is left behind, and once the rows differ the same files go through."""
    first = database.apply(build(yaml.safe_load(START)))
    change = build(yaml.safe_load(START.replace("max_length: 50", "max_length: 50, unique: true")), first.applied)
    database.owner.execute(
        "insert into things (id, owner, a, n) select gen_random_uuid(), 'me', 'same', 1 from generate_series(1, 2)"
    )
    before = fingerprint(database.owner)
    with pytest.raises(UniqueViolation, match=r"rows of things share their owner, a: make them differ"):
        change.scripts[0].up(database.owner)
    assert fingerprint(database.owner) == before
    database.owner.execute("update things set a = id::text")
    database.apply(change)


@pytest.mark.parametrize("what", [*GROWTH, *LOSS])
def test_squawk_finds_nothing(what: str, tmp_path: Path) -> None:
    """What grows is safe under load, in the eyes of a linter that is not ours."""
    before, after = (yaml.safe_load(text) for text in (GROWTH | LOSS)[what])
    for script in build(after, build(before).applied).scripts:
        (tmp_path / f"{script.file}.sql").write_text(script.halves[0].partition("\n")[2])
        alone = "transaction:false" in script.halves[0]
        options = [f"--exclude={','.join(WANTED | ALONE if alone else WANTED)}", "--pg-version=15.0"]
        command: list[str | Path] = [
            SQUAWK,
            *options,
            *([] if alone else ["--assume-in-transaction"]),
            f"{script.file}.sql",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_lock_is_not_waited_for(database: Database) -> None:
    """A migration that meets a long transaction gives up, and leaves nothing behind."""
    first = database.apply(build(yaml.safe_load(START)))
    change = build(yaml.safe_load(START.replace("default: x", "default: y")), first.applied)
    before = fingerprint(database.owner)
    hurried = replace(change.scripts[0], text=change.scripts[0].text.replace("'5s'", "'50ms'"))
    with database.service(autocommit=False) as busy:
        busy.execute("select * from things")
        with pytest.raises(LockNotAvailable):
            hurried.up(database.owner)
    assert fingerprint(database.owner) == before
