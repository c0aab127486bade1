"""What the database promises by itself: timestamps, versions, and references that hold under soft delete."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import CheckViolation, ForeignKeyViolation, InsufficientPrivilege, UniqueViolation

from tests.database.conftest import Database
from tests.migrations import build

MODEL: dict[str, Any] = {
    "shop": {"soft_delete": True, "fields": {"code": {"type": "text", "unique": True}}},
    "kept": {"belongs_to": ["shop"], "fields": {"note": "text"}},
    "hidden": {"plural": "hidden", "soft_delete": True, "belongs_to": ["shop"]},
    "line": {"belongs_to": {"shop": {"on_delete": "cascade"}}, "operations": ["create", "get", "list"]},
    "visitor": {"belongs_to": {"shop": {"on_delete": "set_null", "optional": True}}},
    "branch": {
        "soft_delete": True,
        "belongs_to": {"parent": {"resource": "branch", "optional": True, "on_delete": "set_null"}},
    },
    "mail": {"owned": True, "plural": "mails", "fields": {"address": {"type": "email", "unique": True}}},
    "price": {"fields": {"amount": {"type": "money", "optional": True, "min": 0}}},
}


@pytest.fixture
def service(database: Database) -> Iterator[Connection]:
    """The service's own connection to a database of the model above."""
    database.apply(build(MODEL))
    with database.service() as connection:
        yield connection


def insert(connection: Connection, table: str, **values: object) -> str:
    values = {"id": str(uuid4()), **values}
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    connection.execute(statement, list(values.values()))
    return str(values["id"])


def soft_delete(connection: Connection, table: str, key: str) -> None:
    statement = sql.SQL("update {} set deleted_at = now() where id = %s and deleted_at is null")
    connection.execute(statement.format(sql.Identifier(table)), [key])


def value(connection: Connection, statement: str, *parameters: object) -> Any:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def refused(error: type[psycopg.Error], name: str) -> Iterator[None]:
    """The statement fails, and names the constraint that it broke."""
    with pytest.raises(error) as raised:
        yield
    assert isinstance(raised.value, psycopg.Error)
    assert raised.value.diag.constraint_name == name


class TestTouch:
    def test_moves_updated_at(self, service: Connection) -> None:
        """An update is strictly later than the one before, also twice in one transaction."""
        key = insert(service, "shops", code="a")
        statement = "update shops set code = code || 'a' where id = %s returning updated_at"
        with service.transaction():
            moments = [value(service, statement, key) for _ in range(3)]
        assert moments == sorted(set(moments))

    def test_never_goes_back(self, service: Connection) -> None:
        """A clock that is behind the row's last change does not turn its order around."""
        key = insert(service, "shops", code="a", updated_at="2999-01-01")
        assert value(service, "update shops set code = 'b' where id = %s returning updated_at > '2999-01-01'", key)

    def test_pins_what_is_not_the_callers(self, service: Connection) -> None:
        """created_at cannot be changed, updated_at cannot be chosen, the version counts every change."""
        key = insert(service, "shops", code="a")
        created = value(service, "select created_at from shops where id = %s", key)
        row = service.execute(
            "update shops set created_at = 'epoch', updated_at = 'epoch', version = 7 where id = %s "
            "returning created_at, updated_at > created_at, version",
            [key],
        ).fetchone()
        assert row == (created, True, 2)


class TestSoftDelete:
    def test_restricts(self, service: Connection) -> None:
        """A parent with a live child cannot be soft-deleted, as it could not be deleted."""
        shop = insert(service, "shops", code="a")
        child = insert(service, "kepts", shop_id=shop, note="x")
        with refused(ForeignKeyViolation, "kepts_shop_id_fkey"):
            soft_delete(service, "shops", shop)
        service.execute("delete from kepts where id = %s", [child])
        soft_delete(service, "shops", shop)
        assert value(service, "select deleted_at is not null from shops where id = %s", shop)

    def test_ignores_deleted_children(self, service: Connection) -> None:
        """A soft-deleted child is not in the way of its parent."""
        shop = insert(service, "shops", code="a")
        child = insert(service, "hidden", shop_id=shop)
        with refused(ForeignKeyViolation, "hidden_shop_id_fkey"):
            soft_delete(service, "shops", shop)
        soft_delete(service, "hidden", child)
        soft_delete(service, "shops", shop)
        with refused(ForeignKeyViolation, "hidden_shop_id_fkey"):
            service.execute("update hidden set deleted_at = null where id = %s", [child])

    def test_cascades(self, service: Connection) -> None:
        """Children that go with their parent go, though the service itself may not delete them."""
        shop, other = insert(service, "shops", code="a"), insert(service, "shops", code="b")
        insert(service, "lines", shop_id=shop)
        stays = insert(service, "lines", shop_id=other)
        soft_delete(service, "shops", shop)
        assert service.execute("select id::text from lines").fetchall() == [(stays,)]
        with pytest.raises(InsufficientPrivilege):
            service.execute("delete from lines")

    def test_sets_null(self, service: Connection) -> None:
        """Children that stay without a parent lose it, and their version says so."""
        shop = insert(service, "shops", code="a")
        insert(service, "visitors", shop_id=shop)
        soft_delete(service, "shops", shop)
        assert service.execute("select shop_id, version from visitors").fetchone() == (None, 2)

    def test_of_many_at_once(self, service: Connection) -> None:
        """Parents and children of one table can be soft-deleted in one statement."""
        root = insert(service, "branches")
        child = insert(service, "branches", parent_id=root)
        service.execute("update branches set deleted_at = now()")
        assert value(service, "select parent_id::text from branches where id = %s", child) == root

    def test_refuses_a_deleted_parent(self, service: Connection) -> None:
        """No child can be created under a deleted parent, or moved there."""
        shop, other = insert(service, "shops", code="a"), insert(service, "shops", code="b")
        child = insert(service, "kepts", shop_id=other, note="x")
        soft_delete(service, "shops", shop)
        with refused(ForeignKeyViolation, "kepts_shop_id_fkey"):
            insert(service, "kepts", shop_id=shop, note="x")
        with refused(ForeignKeyViolation, "kepts_shop_id_fkey"):
            service.execute("update kepts set shop_id = %s where id = %s", [shop, child])

    def test_leaves_a_missing_parent_to_the_foreign_key(self, service: Connection) -> None:
        """A parent that never was is refused under the same name."""
        with refused(ForeignKeyViolation, "kepts_shop_id_fkey"):
            insert(service, "kepts", shop_id=str(uuid4()), note="x")
        insert(service, "visitors", shop_id=None)

    def test_frees_unique_values(self, service: Connection) -> None:
        """A value is taken by a live row only."""
        shop = insert(service, "shops", code="a")
        with refused(UniqueViolation, "shops_code_unique"):
            insert(service, "shops", code="a")
        soft_delete(service, "shops", shop)
        insert(service, "shops", code="a")


class TestRace:
    """A child's insert against its parent's soft delete, each in a transaction of its own."""

    def test_child_first(self, database: Database, service: Connection) -> None:
        """The soft delete waits for the child, sees it and is refused."""
        shop = insert(service, "shops", code="a")
        with database.service(autocommit=False) as writer:
            insert(writer, "kepts", shop_id=shop, note="x")
            outcome = self._meanwhile(database, writer, lambda other: soft_delete(other, "shops", shop))
        assert outcome == ["kepts_shop_id_fkey"]
        assert value(service, "select deleted_at is null from shops where id = %s", shop)

    def test_parent_first(self, database: Database, service: Connection) -> None:
        """The child waits for the soft delete, sees it and is refused."""
        shop = insert(service, "shops", code="a")
        with database.service(autocommit=False) as writer:
            soft_delete(writer, "shops", shop)
            outcome = self._meanwhile(database, writer, lambda other: insert(other, "kepts", shop_id=shop, note="x"))
        assert outcome == ["kepts_shop_id_fkey"]
        assert value(service, "select count(*) from kepts") == 0

    def test_parent_first_taken_back(self, database: Database, service: Connection) -> None:
        """A soft delete that was rolled back was never there."""
        shop = insert(service, "shops", code="a")
        with database.service(autocommit=False) as writer:
            soft_delete(writer, "shops", shop)
            outcome = self._meanwhile(
                database, writer, lambda other: insert(other, "kepts", shop_id=shop, note="x"), commit=False
            )
        assert outcome == []
        assert value(service, "select count(*) from kepts") == 1

    @staticmethod
    def _meanwhile(database: Database, writer: Connection, action: Any, *, commit: bool = True) -> list[str | None]:
        """Run an action that has to wait for the writer, end the writer's transaction, and say what was refused."""
        outcome: list[str | None] = []
        with database.service() as other:

            def attempt() -> None:
                try:
                    action(other)
                except ForeignKeyViolation as error:
                    outcome.append(error.diag.constraint_name)

            thread = threading.Thread(target=attempt)
            thread.start()
            with database.server.connect() as observer:
                waiting = "select count(*) from pg_locks where pid = %s and not granted"
                while thread.is_alive() and not value(observer, waiting, other.info.backend_pid):
                    thread.join(0.01)
            assert thread.is_alive(), "it did not wait"
            writer.commit() if commit else writer.rollback()
            thread.join(10)
        return outcome


class TestRules:
    def test_email_is_unique_without_regard_to_case(self, service: Connection) -> None:
        """One address for each caller, however it is written."""
        insert(service, "mails", owner="me", address="Ada@example.com")
        insert(service, "mails", owner="you", address="ada@example.com")
        with refused(UniqueViolation, "mails_owner_address_unique"):
            insert(service, "mails", owner="me", address="ada@EXAMPLE.com")

    @pytest.mark.parametrize(
        ("amount", "currency", "name"),
        [(-1, "EUR", "amount_range"), (1, "eur", "currency_format"), (1, None, "complete"), (None, "EUR", "complete")],
    )
    def test_money(self, service: Connection, amount: int | None, currency: str | None, name: str) -> None:
        """Money has an amount within its limits and a currency, or neither."""
        insert(service, "prices", amount_amount=None, amount_currency=None)
        insert(service, "prices", amount_amount=5, amount_currency="EUR")
        with refused(CheckViolation, f"prices_amount_{name}"):
            insert(service, "prices", amount_amount=amount, amount_currency=currency)


class TestRoles:
    def test_service_owns_and_creates_nothing(self, service: Connection) -> None:
        """What the running service is able to do is to read and write rows."""
        for statement in (
            "create table x ()",
            "create temp table x ()",
            "drop table kepts",
            "alter table kepts add x int",
        ):
            with pytest.raises(InsufficientPrivilege):
                service.execute(statement.encode())
        with pytest.raises(InsufficientPrivilege):
            service.execute("delete from schema_migrations")
        assert service.execute("select * from schema_migrations").fetchall() == []

    def test_functions_cannot_be_called(self, service: Connection) -> None:
        """The functions that act with the owner's rights are for triggers only."""
        for name in ("require_live_parent", "on_soft_delete"):
            assert not value(service, "select has_function_privilege(%s, 'execute')", f"{name}()")
