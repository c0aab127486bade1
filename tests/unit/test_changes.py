"""Wanted minus applied: which migrations a changed model makes, and which changes are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from blueprint import changes
from blueprint.errors import ModelError
from blueprint.facts import from_facts, to_facts

from tests.migrations import MODELS, NOW, SERVICE, Built, build, model, zoo

START = "thing: {fields: {a: {type: text, max_length: 50}, s: {type: enum, values: [x, y], default: x}}}"


def change(before: str, after: str) -> Built:
    """What the second run makes, after a first one."""
    first = build(yaml.safe_load(before), cards=[])
    return build(yaml.safe_load(after), first.applied, cards=[])


def files(built: Built) -> list[str]:
    return [script.file.split("_", 1)[1] for script in built.scripts]


def up(built: Built, number: int = 0) -> str:
    return built.scripts[number].halves[0].split("\n", 1)[1].strip()


def down(built: Built, number: int = 0) -> str:
    return built.scripts[number].halves[1].split("\n", 1)[1].strip()


def statements(built: Built, number: int = 0) -> list[str]:
    """What `up` does once it waits for no lock."""
    return [line for line in up(built, number).splitlines()[1:] if not line.startswith("--")]


class TestFirst:
    def test_one_initial_migration(self) -> None:
        """The first run makes one file, whatever it holds."""
        assert [script.file for script in build(zoo("fifty")).scripts] == ["20260115093000_initial"]
        assert [script.file for script in build({}, cards=[]).scripts] == ["20260115093000_initial"]

    def test_lock_timeout(self) -> None:
        """Nobody waits for a table that is not there yet; later files give up rather than make others wait."""
        assert "lock_timeout" not in build(zoo("billing")).scripts[0].text
        later = change(START, START.replace("fields: {", "fields: {b: {type: text, optional: true}, "))
        assert later.scripts[0].text.count("set local lock_timeout = '5s';") == 2

    @pytest.mark.parametrize("name", MODELS)
    def test_nothing_twice(self, name: str) -> None:
        """The same model makes no second migration, and the same facts."""
        first = build(zoo(name))
        second = build(zoo(name), first.applied)
        assert second.scripts == ()
        assert second.applied["tables"] == first.applied["tables"]

    @pytest.mark.parametrize("name", MODELS)
    def test_facts_are_whole(self, name: str) -> None:
        """From its facts a table can be rebuilt, all but its prose."""
        for table in build(zoo(name)).tables:
            facts = to_facts(table)
            assert to_facts(from_facts(table.name.snake, facts, table.role)) == facts

    @pytest.mark.parametrize("name", MODELS)
    def test_facts_are_no_sql(self, name: str) -> None:
        """A better way to print a table is no difference to what was applied."""
        text = str(build(zoo(name)).applied["tables"]).lower()
        assert not any(word in text for word in ("create ", "char_length", "lower(", "check (", "references customers"))


class TestAdditions:
    def test_resource(self) -> None:
        """A new resource is a table, and the functions that it is the first to need."""
        built = change("thing: {soft_delete: true}", "thing: {soft_delete: true}\npart: {belongs_to: [thing]}")
        assert files(built) == ["create_parts"]
        assert "create or replace function on_soft_delete()" in up(built)
        assert "function touch_row()" not in up(built).replace("execute function", "")
        assert "drop trigger things_parts_thing_id_soft_delete on things;\ndrop table parts;" in down(built)

    def test_optional_field(self) -> None:
        """A field that rows can be without is a column; its rule is proved in a file of its own."""
        built = change("thing:", "thing: {fields: {due: {type: text, optional: true, about: By when.}}}")
        assert files(built) == ["add_due_to_things", "validate_things_due_length"]
        assert up(built).splitlines()[1:] == [
            "alter table things add column due text;",
            "comment on column things.due is 'By when.';",
            "alter table things add constraint things_due_length check (char_length(due) between 1 and 200) not valid;",
        ]
        assert "alter table things validate constraint things_due_length;" in up(built, 1)
        assert down(built).splitlines()[1:] == [
            "alter table things drop constraint things_due_length;",
            "alter table things drop column due;",
        ]

    def test_field_with_default(self) -> None:
        """Rows that exist get the default."""
        built = change("thing:", "thing: {fields: {n: {type: boolean, default: true}}}")
        assert "alter table things add column n boolean not null default true;" in up(built)

    def test_index(self) -> None:
        """An index on a table with rows is built without locking it, alone in its file and outside of a transaction.

        A unique one is made the constraint that a new table has.
        """
        built = change(START, START.replace("max_length: 50", "max_length: 50, filter: true, unique: true"))
        assert files(built) == [
            "check_things_a_unique",
            "create_things_a_unique",
            "create_things_a_id_idx",
            "attach_things_a_unique",
        ]
        assert [int(script.file[:14]) - 20260115093000 for script in built.scripts] == [0, 1, 2, 3]
        assert "group by a having count(*) > 1" in up(built)
        assert up(built, 1) == "create unique index concurrently things_a_unique on things (a);"
        assert down(built, 1) == "drop index concurrently if exists things_a_unique;"
        assert [script.text.count("transaction:false") for script in built.scripts] == [0, 2, 2, 0]
        assert up(built, 3).endswith(
            "alter table things add constraint things_a_unique unique using index things_a_unique;"
        )

    def test_reference(self) -> None:
        """A new optional parent is a column, a key, its guards and, later, the index."""
        before = "shop: {soft_delete: true}\nthing:"
        built = change(before, "shop: {soft_delete: true}\nthing: {belongs_to: {shop: {optional: true}}}")
        assert files(built) == ["add_shop_id_to_things", "validate_things_shop_id_fkey", "create_things_shop_id_id_idx"]
        assert "create trigger things_shop_id_live" in up(built)
        assert "on delete restrict not valid;" in up(built)

    def test_enum_value(self) -> None:
        """A new value replaces the rule; taking it back proves the old rule at once."""
        built = change(START, START.replace("[x, y]", "[x, y, z]"))
        assert files(built) == ["widen_s_of_things", "validate_things_s_values"]
        assert up(built).splitlines()[1:] == [
            "alter table things drop constraint things_s_values, "
            "add constraint things_s_values check (s in ('X', 'Y', 'Z')) not valid;"
        ]
        assert down(built).endswith("add constraint things_s_values check (s in ('X', 'Y'));")

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("{type: text}", "{type: text, max_length: 300}"),
            ("{type: text}", "{type: text, min_length: 0}"),
            ("{type: integer, min: 0}", "{type: integer, min: -1}"),
            ("{type: decimal, min: 0, max: 1}", "{type: decimal, min: 0}"),
            ("{type: decimal, max: 9.5}", "{type: decimal, max: 10}"),
            ("{type: money, min: 0}", "{type: money}"),
        ],
    )
    def test_wider_limits(self, before: str, after: str) -> None:
        """A wider limit holds for all rows that kept to the narrower one."""
        built = change(f"thing: {{fields: {{a: {before}}}}}", f"thing: {{fields: {{a: {after}}}}}")
        assert files(built)[0].startswith("widen_a")

    def test_limit_gone(self) -> None:
        """A decimal without limits has no rule at all."""
        built = change("thing: {fields: {a: {type: decimal, max: 1}}}", "thing: {fields: {a: decimal}}")
        assert up(built).endswith("alter table things drop constraint if exists things_a_range;")

    def test_default(self) -> None:
        """Another default is for rows to come."""
        built = change(START, START.replace("default: x", "default: y"))
        assert up(built).endswith("alter table things alter column s set default 'Y';")
        assert down(built).endswith("alter table things alter column s set default 'X';")
        gone = change(START, START.replace(", default: x", ""))
        assert up(gone).endswith("alter table things alter column s drop default;")

    def test_promises_taken_back(self) -> None:
        """An index or a uniqueness that the model no longer wants is dropped, and can be had again."""
        marked = START.replace("max_length: 50", "max_length: 50, filter: true, unique: true")
        built = change(marked, START)
        assert files(built) == ["drop_things_a_unique", "drop_things_a_id_idx"]
        assert statements(built) == [
            "alter table things drop constraint if exists things_a_unique;",
            "drop index if exists things_a_unique;",
        ]
        assert down(built).endswith("alter table things add constraint things_a_unique unique (a);")

    def test_operations(self) -> None:
        """What callers may do, the service may do; the comment follows."""
        built = change("thing: {operations: [create, get]}", "thing:")
        assert files(built) == ["grant_update_and_delete_on_things"]
        assert "grant update, delete on things to billing_service;" in up(built)
        assert "is 'A thing. @delete hard';" in up(built)
        assert "revoke update, delete on things from billing_service;" in down(built)
        assert files(change("thing:", "thing: {operations: [create, get]}")) == ["revoke_update_and_delete_on_things"]

    def test_soft_delete(self) -> None:
        """Rows that are kept from now on: a column, the guards of all children, and uniqueness for live rows only."""
        before = "thing: {fields: {a: {type: text, unique: true, filter: true}}}\npart: {belongs_to: [thing]}"
        built = change(before, before.replace("thing: {", "thing: {soft_delete: true, "))
        assert files(built) == [
            "add_deleted_at_to_things",
            "create_things_a_unique_live",
            "create_things_id_idx",
            "narrow_things_a_unique",
        ]
        assert "create trigger parts_thing_id_live" in up(built)
        assert "is 'A thing. @delete soft';" in up(built)
        assert statements(built, 3) == [
            "alter table things drop constraint if exists things_a_unique;",
            "drop index if exists things_a_unique;",
            "alter index things_a_unique_live rename to things_a_unique;",
        ]
        assert "live" not in built.applied["tables"]["things"]["indexes"]["things_a_id_idx"]
        again = build(
            yaml.safe_load(before.replace("thing: {", "thing: {soft_delete: true, ")), built.applied, cards=[]
        )
        assert again.scripts == ()

    def test_words_change_nothing(self) -> None:
        """Prose, order and what only the contract shows are no change of the database."""
        fields = "s: {type: enum, values: [y, x], default: x}, a: {type: text, max_length: 50, immutable: true}"
        after = f"thing: {{about: Other words., fields: {{{fields}}}}}"
        assert change(START, after).scripts == ()

    def test_long_names(self) -> None:
        """A file that does many things names the first."""
        fields = ", ".join(f"a_rather_long_name_{letter}: {{type: date, optional: true}}" for letter in "abcdef")
        (name,) = files(change("thing:", f"thing: {{fields: {{{fields}}}}}"))
        assert name == "add_a_rather_long_name_a_to_things_and_5_more"

    def test_every_file_has_a_name(self) -> None:
        """A file of steps that need no word beside others says which table it is about."""
        soft = "shop: {soft_delete: true}"
        built = build(yaml.safe_load("shop:\nthing: {belongs_to: [shop]}"), cards=[])
        for later in ("shop:\nthing:", f"{soft}\nthing:"):
            built = build(yaml.safe_load(later), built.applied, cards=[])
        back = build(
            yaml.safe_load(f"{soft}\nthing: {{belongs_to: {{shop: {{optional: true}}}}}}"), built.applied, cards=[]
        )
        assert files(back) == ["change_things"]

    def test_card_table_later(self) -> None:
        """A part that is chosen later brings its tables then, and keeps them when it is given up."""
        without = build(zoo("single"), cards=[])
        later = build(zoo("single"), without.applied)
        assert files(later) == ["create_api_keys"]
        again = build(zoo("single"), later.applied, cards=[])
        assert again.scripts == ()
        assert "api_keys" in again.applied["tables"]


class TestRetired:
    WITHOUT = "thing: {fields: {s: {type: enum, values: [x, y], default: x}}}"

    def test_field(self) -> None:
        """A field that is given up stays as a column that may be empty; nothing is lost."""
        built = change(START, self.WITHOUT)
        assert files(built) == ["retire_a_of_things"]
        assert up(built).endswith("alter table things alter column a drop not null;")
        assert down(built).endswith("alter table things alter column a set not null;")
        assert built.applied["tables"]["things"]["retired"] == ["a"]

    def test_is_remembered(self) -> None:
        """Later runs neither retire it again nor forget it."""
        retired = change(START, self.WITHOUT)
        later = build(yaml.safe_load(self.WITHOUT), retired.applied, cards=[])
        assert later.scripts == ()
        assert later.applied["tables"] == retired.applied["tables"]

    def test_comes_back(self) -> None:
        """A retired field that is wanted again is the same column, which rows may be without."""
        retired = change(START, self.WITHOUT)
        wanted = yaml.safe_load(START.replace("max_length: 50", "max_length: 50, optional: true"))
        back = build(wanted, retired.applied, cards=[])
        assert back.scripts == ()
        assert "retired" not in back.applied["tables"]["things"]
        with pytest.raises(
            ModelError, match=r"^thing\.a: it was retired and rows exist that have no value for it; make it"
        ):
            build(yaml.safe_load(START), retired.applied, cards=[])

    def test_optional_field_needs_no_migration(self) -> None:
        """A column that may be empty already is only forgotten by the contract."""
        built = change("thing: {fields: {a: {type: date, optional: true}}}", "thing:")
        assert built.scripts == ()
        assert built.applied["tables"]["things"]["retired"] == ["a"]

    def test_reference_and_its_constraints(self) -> None:
        """What belongs to a retired column stays with it: key, guards, rules and indexes."""
        before = "shop: {soft_delete: true}\nthing: {belongs_to: [shop], unique: [[shop, a]], fields: {a: text}}"
        built = change(before, "shop: {soft_delete: true}\nthing: {fields: {a: text}}")
        assert files(built) == ["retire_shop_id_of_things"]
        facts = built.applied["tables"]["things"]
        assert "things_shop_id_fkey" in facts["references"]
        assert "things_shop_id_a_unique" in facts["unique"]
        assert "things_shop_id_id_idx" in facts["indexes"]

    def test_money(self) -> None:
        """Both columns go together."""
        built = change("thing: {fields: {p: money}}", "thing:")
        assert up(built).count("drop not null") == 2

    def test_resource(self) -> None:
        """A resource that is given up keeps its table; wanted again, it is there."""
        built = change(f"{START}\nother:", "other:")
        assert built.scripts == ()
        assert "things" in built.applied["tables"]
        assert build(yaml.safe_load(f"{START}\nother:"), built.applied, cards=[]).scripts == ()


REFUSED = {
    "a required field": (
        "thing:",
        "thing: {fields: {a: text}}",
        "thing.a: rows exist that have no value for it; make it optional or give it a default.",
    ),
    "a required parent": (
        "shop:\nthing:",
        "shop:\nthing: {belongs_to: [shop]}",
        "thing.shop_id: rows exist that have no value for it; make it optional or give it a default.",
    ),
    "another type": (
        "thing: {fields: {due: date}}",
        "thing: {fields: {due: timestamp}}",
        "thing.due: its column changes from required date to required timestamptz; write that migration with "
        '`make migration`, then set applied.tables.things.columns.due in .copier-answers.yml to "timestamptz".',
    ),
    "optional": (
        "thing: {fields: {due: date}}",
        "thing: {fields: {due: {type: date, optional: true}}}",
        "thing.due: its column changes from required date to optional date; write that migration with "
        "`make migration`, then set applied.tables.things.columns.due in .copier-answers.yml to "
        '{"type": "date", "optional": true}.',
    ),
    "a value less": (
        START,
        START.replace("[x, y]", "[x]"),
        "thing.s: existing rows may break its narrower limit; write that migration with `make migration`, then set "
        "applied.tables.things.checks.things_s_values in .copier-answers.yml to "
        '{"kind": "values", "column": "s", "values": ["X"]}.',
    ),
    "a narrower limit": (
        START,
        START.replace("50", "49"),
        "thing.a: existing rows may break its narrower limit; write that migration with `make migration`, then set "
        "applied.tables.things.checks.things_a_length in .copier-answers.yml to "
        '{"kind": "length", "column": "a", "min": 1, "max": 49}.',
    ),
    "a first limit": (
        "thing: {fields: {a: decimal}}",
        "thing: {fields: {a: {type: decimal, min: 0.5}}}",
        "thing.a: existing rows may break its new limit; write that migration with `make migration`, then set "
        "applied.tables.things.checks.things_a_range in .copier-answers.yml to "
        '{"kind": "range", "column": "a", "min": "0.5"}.',
    ),
    "another action": (
        "shop:\nthing: {belongs_to: [shop]}",
        "shop:\nthing: {belongs_to: {shop: {on_delete: cascade}}}",
        "thing.shop_id: what it refers to, or its on_delete, changes; write that migration with `make migration`, "
        "then set applied.tables.things.references.things_shop_id_fkey in .copier-answers.yml to "
        '{"column": "shop_id", "table": "shops", "on_delete": "cascade"}.',
    ),
    "another action under a soft parent": (
        "shop: {soft_delete: true}\nthing: {belongs_to: [shop]}",
        "shop: {soft_delete: true}\nthing: {belongs_to: {shop: {on_delete: cascade}}}",
        "thing.shop_id: what it refers to, or its on_delete, changes, "
        "and with it the trigger shops_things_shop_id_soft_delete; write that migration with `make migration`, "
        "then set applied.tables.things.references.things_shop_id_fkey in .copier-answers.yml to "
        '{"column": "shop_id", "table": "shops", "on_delete": "cascade", "live": true}.',
    ),
    "another soft parent": (
        "shop: {soft_delete: true}\nmill:\nthing: {belongs_to: {shop: {resource: mill}}}",
        "shop: {soft_delete: true}\nmill:\nthing: {belongs_to: [shop]}",
        "thing.shop_id: what it refers to, or its on_delete, changes, and with it "
        "the trigger things_shop_id_live and the trigger shops_things_shop_id_soft_delete; "
        "write that migration with `make migration`, "
        "then set applied.tables.things.references.things_shop_id_fkey in .copier-answers.yml to "
        '{"column": "shop_id", "table": "shops", "on_delete": "restrict", "live": true}.',
    ),
    "no more soft delete": (
        "thing: {soft_delete: true}",
        "thing:",
        "thing: soft_delete cannot end, for the rows that were deleted would come back; "
        "leave it, or begin a new resource.",
    ),
    "an owner": (
        "thing:",
        "thing: {owned: true}",
        "thing: owned cannot change, for whose are the rows that exist; take it back, or begin a new resource.",
    ),
    "another plural": (
        "thing:",
        "thing: {plural: thingies}",
        "thing: plural cannot change, for the rows that exist are in things and callers know its path; "
        "say plural: things, or begin a new resource.",
    ),
    "no owner": (
        "thing: {owned: true}",
        "thing:",
        "thing: owned cannot change, for every caller would see all rows that exist; "
        "take it back, or begin a new resource.",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize("what", REFUSED)
    def test_refused(self, what: str) -> None:
        """What may lose or break rows is left to people, and the sentence says how they go on."""
        before, after, sentence = REFUSED[what]
        with pytest.raises(ModelError) as error:
            change(before, after)
        assert str(error.value) == sentence

    def test_a_plural_that_has_changed_already_is_taken_as_it_is(self) -> None:
        """The first versions began a second table; it is the one that the service has now."""
        applied = build(yaml.safe_load("thing:"), cards=[]).applied
        second = build(yaml.safe_load("thing: {plural: thingies}"), cards=[]).applied["tables"]
        both = {**applied, "tables": applied["tables"] | second}
        assert build(yaml.safe_load("thing: {plural: thingies}"), both, cards=[]).scripts == ()

    def test_a_part_may_bring_a_table_for_a_word_that_the_model_has(self) -> None:
        """Both are wanted, under names of their own."""
        model = yaml.safe_load("api_key: {plural: chest_keys}")
        assert files(build(model, build(model, cards=[]).applied)) == ["create_api_keys"]

    def test_the_way_out_of_another_plural_works(self) -> None:
        """To say the plural that the rules know is no change."""
        first = build(yaml.safe_load("thing:"), cards=[])
        assert build(yaml.safe_load("thing: {plural: things}"), first.applied, cards=[]).scripts == ()

    def test_the_way_out_of_another_action_works(self) -> None:
        """The trigger is the team's to write: the memory has no more to say of it."""
        before, after, _ = REFUSED["another action under a soft parent"]
        first = build(yaml.safe_load(before), cards=[])
        first.applied["tables"]["things"]["references"]["things_shop_id_fkey"]["on_delete"] = "cascade"
        assert build(yaml.safe_load(after), first.applied, cards=[]).scripts == ()

    def test_the_way_out_works(self) -> None:
        """After the edit that the sentence asks for, the next run is content."""
        first = build(yaml.safe_load("thing: {fields: {due: date}}"), cards=[])
        first.applied["tables"]["things"]["columns"]["due"] = "timestamptz"
        assert build(yaml.safe_load("thing: {fields: {due: timestamp}}"), first.applied, cards=[]).scripts == ()


class TestParts:
    def test_first_run(self) -> None:
        """At birth every resource lacks everything that is chosen."""
        resources = model({"thing": None, "other": None})
        new = changes.new_parts(resources, ["postgres"], ["postgres", "rest"], changes.NOTHING)
        assert new == {"core": resources, "postgres": resources, "rest": ()}

    def test_later_runs(self) -> None:
        """Later only a new resource lacks the old parts, and every resource a new part."""
        thing, other = resources = model({"thing": None, "other": None})
        applied = {"parts": ["postgres", "rest"], "tables": {"things": {"resource": "thing"}}}
        new = changes.new_parts(resources, ["postgres", "grpc"], ["postgres", "rest", "grpc"], applied)
        assert new == {"core": (other,), "postgres": (other,), "rest": (), "grpc": (thing, other)}


def test_versions_are_moments() -> None:
    """Files are named by the clock, a second apart, in the order in which they must run."""
    first = build(yaml.safe_load("thing:"), cards=[])
    wanted = build(
        yaml.safe_load("thing: {fields: {a: {type: date, optional: true, filter: true, unique: true}}}"), cards=[]
    )
    found = changes.new_migrations(wanted.tables, first.applied, NOW + timedelta(days=1), SERVICE)
    assert [int(migration.version) - 20260116093000 for migration in found] == [0, 1, 2, 3]
