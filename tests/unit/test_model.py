"""The model language: what it means, and what it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml
from blueprint.elements import Field, Limits, Operations, Resource
from blueprint.errors import ModelError
from blueprint.kinds import KINDS
from blueprint.model import parse
from blueprint.names import Name, words

from tests.migrations import MODELS, zoo


def read(text: str, auth: str = "api_key") -> tuple[Resource, ...]:
    return parse(yaml.safe_load(text), auth)


def one(fields: str, rest: str = "") -> Resource:
    return read(f"thing: {{fields: {{{fields}}}{rest}}}")[0]


def field(spec: str) -> Field:
    return one(f"mark: {spec}").fields[0]


class TestResources:
    def test_billing(self) -> None:
        """The example of the design is read as it is meant."""
        customer, invoice, payment = parse(zoo("billing"), "api_key")
        assert (customer.soft_delete, invoice.soft_delete) == (True, False)
        assert (customer.owned, invoice.owned, payment.owned) == (True, True, True)
        assert invoice.references[0].target == customer
        assert payment.operations == Operations(updates=False, deletes=False)
        assert payment.operations.append_only
        assert [str(unique.constraint) for unique in customer.uniques] == ["customers_owner_email_unique"]
        assert invoice.fields[1].default == "DRAFT"

    def test_parents_first(self) -> None:
        """Whatever the order of writing, a resource comes after those it belongs to."""
        names = [resource.name.snake for resource in parse(zoo("chain"), "none")]
        assert names == ["country", "building", "floor", "room", "desk"]

    def test_empty(self) -> None:
        """A service may have no resource, and a resource no field."""
        assert parse({}, "none") == parse(None, "none") == ()
        assert read("thing:")[0].fields == ()

    def test_about_is_never_missing(self) -> None:
        """Without a sentence of the team there is one all the same."""
        assert [r.about for r in read("line_item:\norder: {about: Wanted.}")] == ["A line item.", "Wanted."]

    def test_places(self) -> None:
        """Table, path and package follow from the noun."""
        resource = read("line_item:")[0]
        assert (resource.table.snake, resource.path, resource.package) == ("line_items", "line-items", "lineitem")

    def test_owned_by_inheritance(self) -> None:
        """What belongs to an owned resource is owned, unless it says otherwise."""
        text = "a: {owned: true}\nb: {belongs_to: [a]}\nc: {belongs_to: [b], owned: false}\nd: {belongs_to: [c]}"
        assert [resource.owned for resource in read(text)] == [True, True, False, False]

    def test_self_reference(self) -> None:
        """A resource may belong to itself; the target is the same noun."""
        resource = read("page: {belongs_to: {parent: {resource: page, optional: true}}}")[0]
        assert resource.references[0].target.table == resource.table

    def test_composite_uniques(self) -> None:
        """Members are named as JSON names them; the constraint begins with the owner where rows are owned."""
        _, resource = read("a: {owned: true}\nb: {belongs_to: [a], unique: [[a, code]], fields: {code: text}}")
        (unique,) = resource.uniques
        assert [member.snake for member in unique.members] == ["a_id", "code"]
        assert unique.constraint == "bs_owner_a_id_code_unique"

    @pytest.mark.parametrize("name", MODELS)
    def test_zoo(self, name: str) -> None:
        """Every model of the zoo can be read."""
        assert len(parse(zoo(name), "api_key")) == len(zoo(name))


class TestFields:
    @pytest.mark.parametrize("type_", sorted(set(KINDS) - {"enum", "json"}))
    def test_bare_word(self, type_: str) -> None:
        """A bare word is a type; an enum must say its values, and json its reason."""
        assert field(type_).type == type_

    @pytest.mark.parametrize(
        ("spec", "limits"),
        [
            ("text", Limits(1, 200)),
            ("{type: text, min_length: 300}", Limits(300, 300)),
            ("{type: text, min_length: 0, max_length: 9}", Limits(0, 9)),
            ("email", Limits(3, 254)),
            ("url", Limits(1, 2048)),
            ("integer", Limits(min=-(2**53 - 1), max=2**53 - 1)),
            ("{type: money, min: 0}", Limits(min=0, max=2**53 - 1)),
            ("decimal", Limits()),
            ("{type: decimal, min: 0.1, max: '99.5'}", Limits(min=Decimal("0.1"), max=Decimal("99.5"))),
            ("date", Limits()),
        ],
    )
    def test_limits(self, spec: str, limits: Limits) -> None:
        """What is not said is filled in."""
        assert field(spec).limits == limits

    @pytest.mark.parametrize(
        ("spec", "default"),
        [
            ("{type: text, default: it's}", "it's"),
            ("{type: integer, default: 0}", 0),
            ("{type: decimal, default: 1.50}", "1.5"),
            ("{type: boolean, default: false}", False),
            ("{type: enum, values: [a, in_progress], default: in_progress}", "IN_PROGRESS"),
        ],
    )
    def test_default(self, spec: str, default: object) -> None:
        """A default is kept as JSON writes it, and makes the field one that need not be sent."""
        assert field(spec).default == default
        assert type(field(spec).default) is type(default)
        assert not field(spec).required

    def test_values(self) -> None:
        """An enum is written in lower case in the model and in upper case everywhere else."""
        values = field("{type: enum, values: [in_progress, 'null']}").values
        assert [(value.model, value.wire) for value in values] == [("in_progress", "IN_PROGRESS"), ("null", "NULL")]

    def test_columns(self) -> None:
        """Money has two columns, everything else one."""
        assert [column.snake for column in field("money").columns] == ["mark_amount", "mark_currency"]
        assert field("text").columns == (Name("mark"),)

    @pytest.mark.parametrize(
        "name", ["phone", "home_phone", "street", "first_name", "birth_date", "ip_address", "phone2", "legal_full_name"]
    )
    def test_personal(self, name: str) -> None:
        """What the audit takes for personal is marked as such."""
        assert one(f"{name}: text").fields[0].personal
        assert field("email").personal

    @pytest.mark.parametrize("name", ["name", "streets", "shipping", "emailed", "title"])
    def test_not_personal(self, name: str) -> None:
        """Other names are not."""
        assert not one(f"{name}: text").fields[0].personal


class TestReservedWords:
    WORDS = sorted(
        words("reserved.yml", "sql", "typescript", "python") | words("languages/go.yml", "keywords", "predeclared")
    )

    @pytest.mark.parametrize("word", WORDS)
    def test_work_as_resources_and_fields(self, word: str) -> None:
        """No word is refused because a language has a use for it."""
        resource = parse({word: {"plural": f"{word}_rows", "fields": {word: "text"}}}, "none")[0]
        assert resource.package not in words("languages/go.yml", "keywords", "predeclared", "packages", "folders")
        assert resource.fields[0].name.go_local not in words("languages/go.yml", "keywords", "predeclared", "packages")


REFUSED: dict[str, tuple[str, str]] = {
    # what: (the model, the sentence)
    "a list": ("[customer]", "resources: ['customer'] is not a mapping; write `key: value` pairs."),
    "an unknown word": ("thing: {feilds: {}}", "thing: unknown word 'feilds'; did you mean fields?"),
    "a wild word": (
        "thing: {zzz: 1}",
        "thing: unknown word 'zzz'; choose from about, plural, soft_delete, owned, operations, belongs_to, unique and "
        "fields.",
    ),
    "a camel name": (
        "lineItem:",
        "lineItem: 'lineItem' is not a name; use lower-case words joined by _, such as line_item.",
    ),
    "a name with a newline": ('"thing\\n":', "is not a name; use lower-case words joined by _, such as line_item."),
    "a long name": (f"{'a' * 41}:", "the name has 41 characters; use 40 at most."),
    "a truth as a name": ("yes:", "resources: YAML reads the key True as no word; write it in quotes."),
    "a plural": (
        "customers:",
        "customers: a resource is named in the singular; rename it, or say its plural with plural: …",
    ),
    "a bad flag": ("thing: {soft_delete: maybe}", "thing: soft_delete is 'maybe'; write true or false."),
    "a long sentence": (f"thing: {{about: {'x' * 501}}}", "thing: about has 501 characters; write 0 to 500."),
    "two lines": ('thing: {about: "a\\nb"}', "thing: about is not one line of text; write a sentence."),
    "an unknown operation": (
        "thing: {operations: [creat]}",
        "thing.operations: unknown word 'creat'; did you mean create?",
    ),
    "no operation": (
        "thing: {operations: []}",
        "thing.operations: the list is empty; choose from create, get, list, update and delete.",
    ),
    "update without get": (
        "thing: {operations: [update]}",
        "thing.operations: update needs the version that get shows; add get.",
    ),
    "soft delete without delete": (
        "thing: {soft_delete: true, operations: [create, get]}",
        "thing: soft_delete has no use where nothing can be deleted; add delete to its operations.",
    ),
    "an unknown parent": (
        "thing: {belongs_to: [costumer]}\ncustomer:",
        "thing.costumer: 'costumer' is not a resource; did you mean customer?",
    ),
    "a parent twice": (
        "a:\nthing: {belongs_to: [a, a]}",
        "thing.belongs_to: a is listed twice; name two roles, such as {sender: {resource: a}}.",
    ),
    "set_null of a required parent": (
        "a:\nthing: {belongs_to: {a: {on_delete: set_null}}}",
        "thing.a: on_delete: set_null empties the reference; add optional: true.",
    ),
    "cascade into kept rows": (
        "a:\nthing: {soft_delete: true, belongs_to: {a: {on_delete: cascade}}}",
        "thing.a: on_delete: cascade would erase rows that soft_delete keeps; use restrict.",
    ),
    "an unknown action": (
        "a:\nthing: {belongs_to: {a: {on_delete: cascde}}}",
        "thing.a: on_delete: unknown word 'cascde'; did you mean cascade?",
    ),
    "a required self reference": (
        "thing: {belongs_to: [thing]}",
        "thing.thing: the first thing could never be created; add optional: true.",
    ),
    "a circle": (
        "a: {belongs_to: [b]}\nb: {belongs_to: [c]}\nc: {belongs_to: [a]}",
        "c: these resources belong to one another in a circle (a -> b -> c -> a); drop one belongs_to.",
    ),
    "one table twice": (
        "a: {plural: things}\nthing:",
        "thing: a needs the name things as well; rename one, or set its plural.",
    ),
    "one package twice": (
        "line_item:\nlineitem:",
        "lineitem: line_item needs the name lineitem as well; rename one, or set its plural.",
    ),
    "the runner's table": (
        "schema_migration:",
        "schema_migration: the migration runner needs the name schema_migrations as well; "
        "rename one, or set its plural.",
    ),
    "a flat unique": (
        "thing: {unique: [a, b], fields: {a: text, b: text}}",
        "thing.unique: 'a' is not a list of names; write a list of lists: [[name, kind]].",
    ),
    "a lonely unique": (
        "thing: {unique: [[a]], fields: {a: text}}",
        "thing.unique: a stands alone; write unique: true at the field.",
    ),
    "a unique twice": (
        "thing: {unique: [[a, b], [b, a]], fields: {a: text, b: text}}",
        "thing.unique: b and a is said twice; remove one.",
    ),
    "unique money": (
        "thing: {unique: [[a, b]], fields: {a: text, b: money}}",
        "thing.b: money cannot be part of a unique list; remove it there.",
    ),
    "a unique of long texts": (
        "thing: {unique: [[a, b]], fields: {a: {type: text, max_length: 301}, b: date}}",
        "thing.a: this text is too long to be part of a unique list; "
        "set its max_length to 300 or less, or remove it there.",
    ),
    "an unknown member": (
        "thing: {unique: [[numer, b]], fields: {number: text, b: text}}",
        "thing.unique: unknown word 'numer'; did you mean number?",
    ),
    "two members of one name": (
        "a:\nthing: {belongs_to: [a], fields: {a: text}}",
        "thing.a: the field a needs the name a as well; rename one of them.",
    ),
    "a member that money needs": (
        "thing: {fields: {total: money, total_amount: integer}}",
        "thing.total_amount: the field total needs the name total_amount as well; rename one of them.",
    ),
}

REFUSED_FIELDS: dict[str, tuple[str, str]] = {
    "no type": ("mark: {optional: true}", "thing.mark: no type is given; write one, such as `mark: text`."),
    "an unknown type": ("mark: dat", "thing.mark: type: unknown word 'dat'; did you mean date?"),
    "a list as a type": ("mark: [text]", "thing.mark: ['text'] is not a mapping; write `key: value` pairs."),
    "an unknown word": ("mark: {type: text, uniqe: true}", "thing.mark: unknown word 'uniqe'; did you mean unique?"),
    "an implicit name": (
        "version: integer",
        "thing.version: every resource may have version already; leave it out or choose another name.",
    ),
    "an id": (
        "customer_id: uuid",
        "thing.customer_id: a name ending in _id is a reference; use belongs_to, or give a uuid another name.",
    ),
    "a truth as a name": ("on: date", "thing.fields: YAML reads the key True as no word; write it in quotes."),
    "a filter named limit": (
        "limit: {type: integer, filter: true}",
        "thing.limit: limit means something to every list; rename the field or remove filter.",
    ),
    "a filter named page": (
        "page: {type: text, filter: true}",
        "thing.page: page means something to every list; rename the field or remove filter.",
    ),
    "a long text in an index": (
        "mark: {type: text, max_length: 301, sort: true}",
        "thing.mark: a text of up to 301 characters is too long for an index; "
        "set max_length to 300 or less, or remove sort.",
    ),
    "a secret": (
        "password: text",
        "thing.password: a secret must not be stored in the clear; name it password_hash and store a hash.",
    ),
    "a deletion mark": (
        "is_deleted: boolean",
        "thing.is_deleted: deletion is not a field; remove it and write soft_delete: true in the resource.",
    ),
    "sorting by what may be missing": (
        "mark: {type: date, optional: true, sort: true}",
        "thing.mark: an optional field cannot be sorted by; remove sort or optional.",
    ),
    "a default that may be missing": (
        "mark: {type: integer, optional: true, default: 1}",
        "thing.mark: a field with a default is never empty; remove optional or default.",
    ),
    "a unique default": (
        "mark: {type: integer, unique: true, default: 1}",
        "thing.mark: two rows with the default would not be unique; remove unique or default.",
    ),
    "an enum without values": (
        "mark: enum",
        "thing.mark: an enum has 0 values; list 1 to 100 as `values: [draft, open]`.",
    ),
    "a value twice": (
        "mark: {type: enum, values: [a, a]}",
        "thing.mark: the value a is listed twice; remove one.",
    ),
    "a truth as a value": (
        "mark: {type: enum, values: [yes, no]}",
        "thing.mark: value True: YAML reads True as no word; write it in quotes.",
    ),
    "an upper-case value": (
        "mark: {type: enum, values: [DRAFT]}",
        "thing.mark: value 'DRAFT': 'DRAFT' is not a name; use lower-case words joined by _, such as line_item.",
    ),
    "a default that is no value": (
        "mark: {type: enum, values: [draft, open], default: opn}",
        "thing.mark: default: unknown word 'opn'; did you mean open?",
    ),
    "a length too far": (
        "mark: {type: text, max_length: 10001}",
        "thing.mark: max_length is 10001; choose 1 to 10000.",
    ),
    "lengths crossed": (
        "mark: {type: text, min_length: 9, max_length: 8}",
        "thing.mark: max_length is 8; choose 9 to 10000.",
    ),
    "a length in words": (
        "mark: {type: text, max_length: ten}",
        "thing.mark: max_length: 'ten' is not a whole number; write one such as 10.",
    ),
    "bounds crossed": (
        "mark: {type: integer, min: 9, max: 8}",
        "thing.mark: max is 8; choose 9 to 9007199254740991.",
    ),
    "decimal bounds crossed": (
        "mark: {type: decimal, min: 9, max: 8}",
        "thing.mark: min is greater than max; exchange them.",
    ),
    "a decimal too fine": (
        "mark: {type: decimal, min: 0.0000001}",
        "thing.mark: min: 1e-07 has more than 6 digits after the point; round it.",
    ),
    "a decimal too large": (
        "mark: {type: decimal, max: 1000000000000000000}",
        "thing.mark: max: 1000000000000000000 is not a decimal number below 10^18; write one such as 12.5.",
    ),
    "no number": (
        "mark: {type: decimal, max: .nan}",
        "thing.mark: max: nan is not a decimal number below 10^18; write one such as 12.5.",
    ),
    "a default out of bounds": (
        "mark: {type: integer, max: 5, default: 6}",
        "thing.mark: default: 6 is outside the field's own limits; choose another or widen them.",
    ),
    "a default too long": (
        "mark: {type: text, max_length: 2, default: abc}",
        "thing.mark: default: 'abc' is outside the field's own limits; choose another or widen them.",
    ),
    "a default of two lines": (
        'mark: {type: text, default: "a\\nb"}',
        "thing.mark: default: 'a\\nb' is not one line of text; write it in quotes.",
    ),
    "a short reason": (
        "mark: {type: json, denormalised: because}",
        "thing.mark: denormalised has 7 characters; write 15 to 500.",
    ),
    "json": (
        "mark: json",
        "thing.mark: json hides fields from the database; list them, or add denormalised: <the reason>.",
    ),
    "a numbered group": (
        "phone1: text, phone2: text",
        "thing.phone1: phone1 and phone2 repeat one field; make phone a resource that belongs to thing, "
        "or add denormalised: <the reason>.",
    ),
}

NOT_TAKEN = [
    ("json", "default: x"), ("json", "unique: true"), ("json", "filter: true"), ("json", "sort: true"),
    ("money", "default: 1"), ("money", "unique: true"), ("money", "filter: true"), ("money", "sort: true"),
    ("boolean", "unique: true"), ("boolean", "sort: true"), ("uuid", "default: x"), ("email", "sort: true"),
    ("url", "sort: true"), ("email", "default: x"), ("date", "default: x"), ("text", "min: 1"), ("text", "values: [a]"),
    ("integer", "max_length: 1"), ("timestamp", "default: x"),
]  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize("what", REFUSED)
    def test_resource(self, what: str) -> None:
        """One sentence that names the place and ends with what to do."""
        text, sentence = REFUSED[what]
        with pytest.raises(ModelError) as error:
            read(text)
        assert str(error.value).endswith(sentence)

    @pytest.mark.parametrize("what", REFUSED_FIELDS)
    def test_field(self, what: str) -> None:
        """The same for a field."""
        text, sentence = REFUSED_FIELDS[what]
        with pytest.raises(ModelError) as error:
            one(text)
        assert str(error.value) == sentence

    @pytest.mark.parametrize(("type_", "word"), NOT_TAKEN)
    def test_words_that_a_type_does_not_take(self, type_: str, word: str) -> None:
        """A word that means nothing for a type is refused, and the sentence says what the type takes."""
        with pytest.raises(
            ModelError, match=rf"^thing\.mark: an? .*{type_}.* takes no {word.split(':')[0]}; remove it"
        ):
            field(f"{{type: {type_}, denormalised: a reason that is long enough, {word}}}")

    def test_false_is_silence(self) -> None:
        """To say `false` is to say nothing, for every type."""
        assert not field("{type: money, sort: false, unique: false}").sort

    def test_owned_without_callers(self) -> None:
        """Without authentication there is nobody who could own a row."""
        with pytest.raises(
            ModelError, match=r"^thing: rows cannot be owned while auth is none; choose auth or remove owned\.$"
        ):
            read("thing: {owned: true}", auth="none")

    def test_too_many(self) -> None:
        """There is an end to one service, and to one resource."""
        letters = "abcdefghijklm"
        names = [f"{a}{b}{end}" for a in letters for b in letters for end in "xz"]
        parse(dict.fromkeys(names[:100]), "none")
        with pytest.raises(
            ModelError, match=r"^resources: there are 101; split the service, 100 is the most for one\.$"
        ):
            parse(dict.fromkeys(names[:101]), "none")
        parse({"thing": {"fields": dict.fromkeys(names[:60], "text")}}, "none")
        with pytest.raises(
            ModelError, match=r"^thing: there are 61 fields; split the resource, 60 is the most for one\.$"
        ):
            parse({"thing": {"fields": dict.fromkeys(names[:61], "text")}}, "none")


class TestNormalForm:
    PARENT = "customer: {fields: {email: email, name: text, state: text}}\n"

    @pytest.mark.parametrize(
        ("child", "sentence"),
        [
            (
                "invoice: {belongs_to: [customer], fields: {customer_email: email}}",
                "invoice.customer_email: this repeats customer.email; read it there, "
                "or add denormalised: <the reason>.",
            ),
            (
                "note: {belongs_to: {subject: {resource: customer}}, fields: {subject_type: text}}",
                "note.subject_type: a type beside subject_id says that it refers to several resources; "
                "use one optional reference for each target, or add denormalised: <the reason>.",
            ),
            (
                "setting: {belongs_to: [customer], fields: {name: text, value: text}}",
                "setting.value: name and value per row hide fields from the database; give the parent a field for each "
                "attribute, or add denormalised: <the reason>.",
            ),
        ],
    )
    def test_refused(self, child: str, sentence: str) -> None:
        """What the audit of the database would find is found before there is a database."""
        with pytest.raises(ModelError) as error:
            read(self.PARENT + child)
        assert str(error.value) == sentence

    def test_a_reason_overrules(self) -> None:
        """A team may break a rule if it says why."""
        reason = "denormalised: printed as it was on the day of sending"
        read(f"{self.PARENT}invoice: {{belongs_to: [customer], fields: {{customer_email: {{type: email, {reason}}}}}}}")
        one(f"line1: {{type: text, {reason}}}, line2: {{type: text, {reason}}}")

    def test_states_repeat_freely(self) -> None:
        """A parent's state and a state of that name are two things."""
        read(self.PARENT + "invoice: {belongs_to: [customer], fields: {customer_state: text}}")
