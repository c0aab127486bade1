"""The physical view: what becomes of a model in a database."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from blueprint.errors import ModelError
from blueprint.names import Name
from blueprint.table import Check, Column, ForeignKey, Index, Table, literal
from blueprint.tables import tables
from blueprint.triggers import triggers

from tests.migrations import api_key, model, zoo

SERVICE = Name("billing")


def built(text: str) -> dict[str, Table]:
    return {table.name.snake: table for table in tables(model(yaml.safe_load(text)), [], SERVICE)}


def table(text: str) -> Table:
    *_, last = built(text).values()
    return last


class TestColumns:
    def test_order(self) -> None:
        """Key, parents, fields in the order of the model, owner, bookkeeping."""
        names = [column.name.snake for column in built(BILLING)["invoices"].columns]
        assert names == [
            "id", "customer_id", "number", "status", "total_amount", "total_currency", "due_on",
            "owner", "version", "created_at", "updated_at",
        ]  # fmt: skip

    def test_soft_delete_comes_last(self) -> None:
        """A table whose rows are kept says when they were deleted."""
        assert table("thing: {soft_delete: true}").columns[-1].definition == "deleted_at timestamptz"

    @pytest.mark.parametrize(
        ("spec", "definitions"),
        [
            ("text", ["mark text not null"]),
            ("{type: text, optional: true}", ["mark text"]),
            ("{type: text, default: it's}", ["mark text not null default 'it''s'"]),
            ("{type: integer, default: 3}", ["mark bigint not null default 3"]),
            ("{type: decimal, default: 1.5}", ["mark numeric(24, 6) not null default 1.5"]),
            ("money", ["mark_amount bigint not null", "mark_currency text not null"]),
            ("{type: boolean, default: false}", ["mark boolean not null default false"]),
            ("date", ["mark date not null"]),
            ("timestamp", ["mark timestamptz not null"]),
            ("uuid", ["mark uuid not null"]),
            ("{type: enum, values: [a, b], default: a}", ["mark text not null default 'A'"]),
            ("{type: json, denormalised: a reason that is long enough}", ["mark jsonb not null"]),
            ("email", ["mark text not null"]),
            ("url", ["mark text not null"]),
        ],
    )
    def test_types(self, spec: str, definitions: list[str]) -> None:
        """Each type has its place in PostgreSQL."""
        columns = table(f"thing: {{fields: {{mark: {spec}}}}}").columns
        assert [column.definition for column in columns if column.name.snake.startswith("mark")] == definitions

    def test_reserved_words_are_quoted(self) -> None:
        """A column named like a keyword is quoted wherever it stands."""
        found = table("thing: {fields: {end: {type: text, unique: true, filter: true}}}")
        assert 'constraint things_end_length check (char_length("end") between 1 and 200)' in found.body
        assert 'constraint things_end_unique unique ("end")' in found.body
        assert found.created_indexes[0].keys == '"end", id'

    def test_notes(self) -> None:
        """Comments say what a column means, what data it holds and why it breaks a rule."""
        columns = table(
            "thing: {fields: {a: {type: text, about: What it is., sensitive: true}, b: email, c: text,"
            " d: {type: json, denormalised: a reason that is long enough}}}"
        ).columns
        notes = {column.name.snake: column.note for column in columns if column.note}
        assert notes == {
            "a": "What it is. @data sensitive",
            "b": "@data personal",
            "d": "@denormalised a reason that is long enough",
        }

    def test_owner_is_marked(self) -> None:
        """A caller that is written at the parent and at its children is repeated for a reason."""
        owners = [built(BILLING)[name].column(Name("owner")) for name in ("customers", "invoices")]
        assert all(owner and " @denormalised " in owner.note for owner in owners)


class TestChecks:
    @pytest.mark.parametrize(
        ("spec", "expressions"),
        [
            ("text", {"mark_length": "char_length(mark) between 1 and 200"}),
            ("{type: text, min_length: 0}", {"mark_length": "char_length(mark) <= 200"}),
            ("{type: text, min_length: 2, max_length: 2}", {"mark_length": "char_length(mark) = 2"}),
            ("{type: integer, min: 0, max: 9}", {"mark_range": "mark between 0 and 9"}),
            ("decimal", {}),
            ("{type: decimal, min: 0.5}", {"mark_range": "mark >= 0.5"}),
            ("{type: decimal, max: -1}", {"mark_range": "mark <= -1"}),
            ("{type: enum, values: [a, in_b]}", {"mark_values": "mark in ('A', 'IN_B')"}),
            (
                "{type: money, min: 0, max: 5, optional: true}",
                {
                    "mark_amount_range": "mark_amount between 0 and 5",
                    "mark_currency_format": "mark_currency ~ '^[A-Z]{3}$'",
                    "mark_complete": "(mark_amount is null) = (mark_currency is null)",
                },
            ),
            (
                "{type: json, denormalised: a reason that is long enough}",
                {"mark_object": "jsonb_typeof(mark) = 'object'"},
            ),
            ("boolean", {}),
            ("uuid", {}),
        ],
    )
    def test_checks(self, spec: str, expressions: dict[str, str]) -> None:
        """What the contract promises, the database holds to; every rule has a name."""
        found = {check.name: check.expression for check in table(f"thing: {{fields: {{mark: {spec}}}}}").checks}
        assert found == {f"things_{name}": expression for name, expression in expressions.items()}


class TestIndexes:
    def index(self, text: str) -> dict[str, str]:
        return {
            index.name: f"{'unique ' if index.unique else ''}({index.keys}){index.condition}"
            for index in table(text).indexes
        }

    def test_plain(self) -> None:
        """Lists of a table that nobody owns and nothing hides are served by the primary key."""
        assert self.index("thing:") == {}

    def test_owned(self) -> None:
        """A caller's list is found by the caller."""
        assert self.index("thing: {owned: true}") == {"things_owner_id_idx": "(owner, id)"}

    def test_soft(self) -> None:
        """A list of live rows does not read the deleted ones."""
        assert self.index("thing: {soft_delete: true}") == {"things_id_idx": "(id) where deleted_at is null"}

    def test_filter_and_sort(self) -> None:
        """Each filter and sort has an index that ends in the key; both of one field share it."""
        text = "thing: {fields: {a: {type: text, filter: true, sort: true}, b: {type: email, filter: true}}}"
        assert self.index(text) == {"things_a_id_idx": "(a, id)", "things_b_id_idx": "(lower(b), id)"}

    def test_unique(self) -> None:
        """Unique means unique among the live rows of a caller; addresses are compared in lower case."""
        text = "thing: {%s fields: {a: {type: text, unique: true}, b: {type: email, unique: true}}}"
        assert self.index(text % "") == {"things_a_unique": "unique (a)", "things_b_unique": "unique (lower(b))"}
        assert self.index(text % "owned: true, soft_delete: true,") == {
            "things_owner_a_unique": "unique (owner, a) where deleted_at is null",
            "things_owner_b_unique": "unique (owner, lower(b)) where deleted_at is null",
            "things_owner_id_idx": "(owner, id) where deleted_at is null",
        }

    def test_constraint_where_one_will_do(self) -> None:
        """Only a uniqueness that a constraint cannot express is an index."""
        found = table("thing: {fields: {a: {type: text, unique: true}, b: {type: email, unique: true}}}")
        assert "constraint things_a_unique unique (a)" in found.body
        assert [index.name for index in found.created_indexes] == ["things_b_unique"]

    def test_references(self) -> None:
        """A foreign key has a full index, also where rows are soft-deleted."""
        text = "a: \nthing: {soft_delete: true, belongs_to: [a]}"
        assert self.index(text)["things_a_id_id_idx"] == "(a_id, id)"


class TestReferences:
    def test_definition(self) -> None:
        """A foreign key says what becomes of the child."""
        found = table("a:\nthing: {belongs_to: {by: {resource: a, on_delete: set_null, optional: true}}}")
        assert 'constraint things_by_id_fkey foreign key (by_id) references "as" (id) on delete set null' in found.body
        assert found.references == (ForeignKey("things_by_id_fkey", Name("by_id"), Name("as"), "set_null"),)


class TestTriggers:
    def test_touch(self) -> None:
        """Every table keeps its own timestamps."""
        assert [t.name for t in triggers(table("thing:"))] == ["things_touch"]

    def test_guards(self) -> None:
        """A reference to a table whose rows are hidden is guarded on both sides."""
        text = (
            "a: {soft_delete: true}\nthing: {soft_delete: true, belongs_to: {a: {optional: true, on_delete: set_null}}}"
        )
        _, live, soft_delete = triggers(table(text))
        assert (live.table, live.event) == (Name("things"), "before insert or update of a_id, deleted_at")
        assert live.when == " when (new.a_id is not null and new.deleted_at is null)"
        assert live.call == "require_live_parent('a_id', 'as', 'things_a_id_fkey')"
        assert (soft_delete.table, soft_delete.event) == (Name("as"), "after update of deleted_at")
        assert soft_delete.call == "on_soft_delete('set_null', 'things', 'a_id', 'things_a_id_fkey', 'live')"


class TestTables:
    @pytest.mark.parametrize(
        ("text", "privileges", "note"),
        [
            ("thing:", "select, insert, update, delete", "'A thing. @delete hard'"),
            ("thing: {soft_delete: true}", "select, insert, update, delete", "'A thing. @delete soft'"),
            ("thing: {operations: [create, list]}", "select, insert", "'A thing. @delete append-only'"),
            ("thing: {about: It's.}", "select, insert, update, delete", "'It''s. @delete hard'"),
        ],
    )
    def test_privileges(self, text: str, privileges: str, note: str) -> None:
        """The service may do no more than its operations need, and the comment says what deleting means."""
        assert (table(text).privileges, table(text).note) == (privileges, note)

    def test_cards_bring_tables(self) -> None:
        """A part has tables in the language of the model."""
        *_, last = tables(model(zoo("billing")), [api_key()], SERVICE)
        assert last.name == Name("api_keys")
        assert last.role == "billing_service"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("api_key:", "api_key: the template has a table api_keys of its own; rename the resource."),
            (
                "a: {fields: {b_c: {type: text, filter: true}}}\n"
                "a_b: {plural: as_b, fields: {c: {type: text, filter: true}}}",
                "a_b: a needs the name as_b_c_id_idx as well; rename one of them.",
            ),
            (
                "thing: {unique: [[a, b_c], [a_b, c]], fields: {a: text, b_c: text, a_b: text, c: text}}",
                "thing: thing needs the name things_a_b_c_unique as well; rename one of them.",
            ),
        ],
    )
    def test_names_that_meet(self, text: str, sentence: str) -> None:
        """Two things that would need one name are refused before PostgreSQL does."""
        with pytest.raises(ModelError) as error:
            tables(model(yaml.safe_load(text)), [api_key()], SERVICE)
        assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
        (Decimal("1E+3"), "1000"),
        ("it's", "'it''s'"),
        ("\\", "'\\'"),
    ],
)
def test_literal(value: str | int | bool | Decimal, written: str) -> None:
    """A value is written so that it is read as it was."""
    assert literal(value) == written


def test_parts_are_values() -> None:
    """Two parts that say the same are the same."""
    assert Column(Name("a"), "text") == Column(Name("a"), "text")
    assert Check("c", "range", Name("a"), 1) != Check("c", "range", Name("a"), 2)
    assert Index("i", (Name("a"),)) != Index("i", (Name("a"),), unique=True)


BILLING = """
customer: {owned: true}
invoice:
  belongs_to: [customer]
  fields: {number: text, status: {type: enum, values: [draft]}, total: money, due_on: date}
"""
