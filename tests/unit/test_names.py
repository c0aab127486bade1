"""Names: one word, written the way each place writes it."""

from __future__ import annotations

import re

import pytest
from blueprint.files import read
from blueprint.names import Name, constraint, data, go_package, looks_plural, plural, words

from tests.support import ROOT


class TestForms:
    def test_every_form(self) -> None:
        """A name of several words has each of its forms."""
        name = Name("line_item")
        assert (name.camel, name.pascal, name.kebab, name.upper) == ("lineItem", "LineItem", "line-item", "LINE_ITEM")
        assert (name.words, name.title, str(name)) == ("line item", "Line item", "line_item")

    @pytest.mark.parametrize("word", ["select", "user", "order", "default", "end", "time", "position", "all"])
    def test_sql_quotes_what_it_must(self, word: str) -> None:
        """A word that means something to PostgreSQL is quoted."""
        assert Name(word).sql == f'"{word}"'

    @pytest.mark.parametrize("word", ["name", "type", "owner", "value", "select_all", "class"])
    def test_sql_quotes_nothing_else(self, word: str) -> None:
        """A word that PostgreSQL can read as a name stands as it is."""
        assert Name(word).sql == word


class TestGo:
    @pytest.mark.parametrize(
        ("snake", "pascal", "camel"),
        [
            ("user_id", "UserID", "userID"),
            ("id", "ID", "id"),
            ("api_key", "APIKey", "apiKey"),
            ("http_url", "HTTPURL", "httpURL"),
            ("oauth_token", "OAuthToken", "oauthToken"),
            ("line1", "Line1", "line1"),
            ("due_on", "DueOn", "dueOn"),
            ("utf8_text", "UTF8Text", "utf8Text"),
            ("ids", "Ids", "ids"),
        ],
    )
    def test_follows_ogen(self, snake: str, pascal: str, camel: str) -> None:
        """Exported names are those that ogen makes of the contract's words."""
        assert Name(snake).go_pascal == pascal
        assert Name(snake).go_camel == camel

    @pytest.mark.parametrize(
        "word",
        [
            *("type", "func", "len", "nil", "string", "error", "time", "context", "true", "check", "decimal"),
            *("platform", "command", "row", "version", "change", "body", "created", "deleted", "updated", "params"),
            "policy",
        ],
    )
    def test_local_names_shadow_nothing(self, word: str) -> None:
        """A variable is never a keyword, a predeclared name, an imported package or a name that the code has itself."""
        assert Name(word).go_local == f"{word}Value"

    def test_other_local_names_stay(self) -> None:
        """A free name is kept."""
        assert Name("due_on").go_local == "dueOn"

    @pytest.mark.parametrize(
        ("name", "package"),
        [
            ("line_item", "lineitem"),
            ("type", "types"),
            ("select", "selects"),
            ("error", "errormodule"),
            ("main", "mains"),
            ("test", "tests"),
            ("money", "moneymodule"),
            ("string", "stringmodule"),
            ("check", "checks"),
            ("documentation", "documentations"),
            # Packages that have had these names keep them.
            ("decimal", "decimal"),
            ("command", "command"),
            ("policy", "policy"),
            ("security", "security"),
            ("problem", "problems"),
        ],
    )
    def test_packages(self, name: str, package: str) -> None:
        """A package is one word: the noun, else its plural, else the noun with `module`."""
        assert go_package(Name(name), plural(Name(name))) == package

    def test_package_app_knows_what_it_declares(self) -> None:
        """A module whose package is named as something in package app is imported under another name."""
        texts = [file.read_text(encoding="utf-8") for file in ROOT.glob("template/**/internal/app/*.go.jinja")]
        own = "\n".join(text for text in texts if "package app\n" in text)
        declared = set(re.findall(r"^(?:const|func|type|var) ([a-z]+)\b", own, re.MULTILINE))
        assert {"modules", "security"} <= declared
        assert declared <= words("languages/go.yml", "app", "packages", "folders")


class TestPlural:
    @pytest.mark.parametrize(
        ("one", "many"),
        [
            ("customer", "customers"),
            ("line_item", "line_items"),
            ("category", "categories"),
            ("day", "days"),
            ("box", "boxes"),
            ("address", "addresses"),
            ("branch", "branches"),
            ("dish", "dishes"),
            ("status", "statuses"),
            ("analysis", "analyses"),
            ("person", "people"),
            ("spokesperson", "spokespeople"),
            ("child", "children"),
            ("datum", "data"),
            ("medium", "media"),
            ("criterion", "criteria"),
            ("index", "indexes"),
            ("matrix", "matrices"),
            ("quiz", "quizzes"),
            ("knife", "knives"),
            ("hero", "heroes"),
            ("photo", "photos"),
            ("stomach", "stomachs"),
            ("news", "news"),
            ("series", "series"),
            ("equipment", "equipment"),
            ("test_equipment", "test_equipment"),
            ("human", "humans"),
            ("query", "queries"),
            ("key", "keys"),
        ],
    )
    def test_plural(self, one: str, many: str) -> None:
        """English, regular or not, by the last word."""
        assert plural(Name(one)) == Name(many)

    def test_the_audit_takes_each_for_a_plural(self) -> None:
        """A collection that is named by the table of plurals is one to the audit of the service."""
        contract, database = (
            read(ROOT / f"template/.audit/checks/{kind}.yml")["checks"] for kind in ("contract", "database")
        )
        must = next(check["must"] for check in contract if check["id"] == "A1.plural")
        find = next(check["find"] for check in database if check["id"] == "A1.table-plural")
        known = [*data("plurals.yml")["uncountable"], *data("plurals.yml")["irregular"].values()]
        for pattern in (must["properties"]["collections"]["items"]["pattern"], find.split("'")[3]):
            assert [word for word in known if not re.search(pattern, word)] == []

    @pytest.mark.parametrize("name", ["customers", "line_items", "people", "data_points", "sms", "branches"])
    def test_looks_plural(self, name: str) -> None:
        """A name that looks plural is noticed."""
        assert looks_plural(Name(name))

    @pytest.mark.parametrize(
        "name", ["address", "status", "news", "analysis", "alias", "customer", "series", "gas", "data"]
    )
    def test_does_not_look_plural(self, name: str) -> None:
        """A singular that ends in s is none."""
        assert not looks_plural(Name(name))


class TestConstraint:
    def test_short(self) -> None:
        """Table, columns, kind."""
        assert constraint("invoices", "owner", "number", "unique") == "invoices_owner_number_unique"

    def test_long(self) -> None:
        """What PostgreSQL would cut is cut by us, so that two names stay two."""
        names = [constraint("t" * 40, "c" * 40, kind) for kind in ("check", "unique")]
        assert [len(name) for name in names] == [63, 63]
        assert names[0] != names[1]
        assert names[0].startswith(f"{'t' * 40}_{'c' * 13}_")

    def test_fits_exactly(self) -> None:
        """A name of 63 characters is kept."""
        assert constraint("t" * 40, "c" * 18, "key") == f"{'t' * 40}_{'c' * 18}_key"


@pytest.mark.parametrize("language", ["sql", "typescript", "python"])
def test_reserved_words_are_words(language: str) -> None:
    """YAML has read no reserved word as a truth value or as nothing."""
    assert all(isinstance(word, str) for word in words("reserved.yml", language))
    assert {"true", "null"} <= words("reserved.yml", "sql")
