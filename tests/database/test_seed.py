"""Rows for development: they fit every rule of the database, and coming twice they change nothing."""

from __future__ import annotations

from blueprint.examples import identifier
from blueprint.names import Name
from blueprint.seed import CALLER
from psycopg import sql

from tests.database.conftest import Database
from tests.migrations import build, model, seeds, zoo


def test_seed(populated: tuple[str, Database]) -> None:
    """Every resource has rows, and the second time nothing is added, changed or refused."""
    name, database = populated
    resources = model(zoo(name))
    with database.service(autocommit=False) as service:
        counts = []
        for _ in range(2):
            service.execute(seeds(zoo(name)).encode())
            tables = [sql.Identifier(resource.table.snake) for resource in resources]
            counts.append([service.execute(sql.SQL("select count(*) from {}").format(t)).fetchone() for t in tables])
        service.rollback()
    assert counts[0] == counts[1]
    assert all(count and count[0] > 0 for count in counts[0])


def test_seed_beside_the_examples_of_the_contract(database: Database) -> None:
    """A developer who has sent what the contract shows can still fill the database."""
    database.apply(build(zoo("billing")))
    customer = model(zoo("billing"))[0]
    example = {field.name.snake: str(field.example()) for field in customer.fields}
    columns = sql.SQL(", ").join(map(sql.Identifier, ("id", "owner", *example)))
    values = sql.SQL(", ").join(map(sql.Literal, (identifier("mine", 1), CALLER, *example.values())))
    database.owner.execute(sql.SQL("insert into customers ({}) values ({})").format(columns, values))
    database.owner.execute(seeds(zoo("billing")).encode())
    assert database.owner.execute("select count(*) from customers").fetchone() == (4,)


def test_seed_belongs_to_the_developer() -> None:
    """Rows that are owned belong to the caller `dev`, and a child's row to a parent's row."""
    text = seeds(zoo("billing"))
    assert text.count("'dev'") == 9
    assert text.index("into customers") < text.index("into invoices") < text.index("into payments")
    assert Name("payments").sql in text
