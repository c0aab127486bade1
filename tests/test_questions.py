"""The questions: complete, well told, and never answered by a traceback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from blueprint import cards, questions, wording
from blueprint.errors import ModelError

from tests.support import ROOT, Copy, commit, copier, recorded, tree, write

QUESTIONS = questions.questions()
CHOICES = [(key, choice) for key in QUESTIONS for choice in questions.choices(key)]


def test_there_are_eleven_questions_in_their_order() -> None:
    """The design allows twelve; each one costs every user a moment."""
    assert list(QUESTIONS) == [
        *("service_name", "description", "repository", "owner"),
        *("framework", "database", "cache", "apis", "api_versioning", "auth", "resources"),
    ]


@pytest.mark.parametrize(("key", "choice"), [pair for pair in CHOICES if pair[1] != "none"])
def test_every_choice_has_a_card_that_names_its_question(key: str, choice: str) -> None:
    """A choice without a card would change nothing."""
    assert cards.cards()[choice].question == key


@pytest.mark.parametrize("card", cards.cards().values(), ids=lambda card: card.name)
def test_every_card_is_a_choice(card: cards.Card) -> None:
    """A card that nobody can choose is dead."""
    assert (card.question, card.name) in CHOICES


@pytest.mark.parametrize("card", cards.cards().values(), ids=lambda card: card.name)
def test_every_card_speaks_in_sentences_and_hides_no_name(card: cards.Card) -> None:
    """Its name becomes a variable of every template, beside the answers."""
    assert all(about.endswith(".") for about in (card.about, *(variable.about for variable in card.env)))
    assert card.name not in {*QUESTIONS, *cards.languages(), "service", "model", "parts", "new", "built", "recorded"}


@pytest.mark.parametrize("key", QUESTIONS)
def test_every_help_text_is_whole_sentences(key: str) -> None:
    """The help is all that a person sees of a question."""
    text = QUESTIONS[key]["help"]
    assert re.fullmatch(r"[A-Z].*\?.*\.", text), text
    assert len(text) <= 240


@pytest.mark.parametrize("key", QUESTIONS)
def test_every_question_has_a_type_a_default_and_a_check(key: str) -> None:
    """A new question must let an old service update without being asked, and no answer goes unchecked."""
    assert {"type", "default", "help"} <= set(QUESTIONS[key])
    assert questions.choices(key) or f"check('{key}')" in QUESTIONS[key]["validator"]


def test_what_a_service_keeps_for_life_is_not_asked_again() -> None:
    """An update asks only what may change."""
    kept = [key for key in QUESTIONS if "applied is not defined" in str(QUESTIONS[key].get("ask", ""))]
    assert set(kept) == {*questions.FOR_LIFE, "resources"}
    assert kept[0] == next(iter(QUESTIONS)), "the condition of the first question is what brings the hook in early"


GOOD = {
    "service_name": ["ab", "billing", "line-items", "a1-b2", "order", "user", "a" * 40],
    "description": [
        "x",
        'It\'s "good": {{ 7*7 }} {% if %} `$(rm -rf /)` ${HOME} #&*!|>\\',
        "Zwölf\nZeilen\t日本 🎉",
        "y" * 10_000,
    ],
    "repository": [
        "example.com/acme/billing",
        "git.acme.co.uk/a/b/c/d_e.f",
        "github.com/BurntSushi/toml-Test",
        "a.b/v2/x",
    ],
    "owner": ["@acme", "@acme/billing", "@a-b/c.d_e", "@group/sub/team"],
}
BAD = {
    "service_name": [
        *(
            "",
            "a",
            "a" * 41,
            "Billing",
            "bill ing",
            "bill_ing",
            "bill.ing",
            "-bill",
            "bill-",
            "bi--ll",
            "1bill",
            "büro",
        ),
        *(
            "billing\n",
            "../evil",
            "/etc",
            ".",
            "..",
            ".git",
            "{{ 7*7 }}",
            "a;b",
            "internal",
            "con",
            "com1",
            "pg-x",
            "func",
        ),
        *("class", "await", "vendor", "test", "postgres", "null", "a\x00b", "a\u202eb"),
    ],
    "description": ["", "  \n", "a\x00b", "a\x1b[31mb", "a\u202eb", "a\udcffb", "y" * 20_001],
    "repository": [
        *("", "billing", "acme/billing", "example.com/acme", "https://example.com/a/b", "git@example.com:a/b.git"),
        *(
            "example.com/a/b.git",
            "example.com/a/v2",
            "example.com//b",
            "example.com/a/b/",
            "example.com/../b",
            "x.y/.a/b",
        ),
        *(
            "Example.com/a/b",
            "example.com/a/b c",
            "example.com/a/b\n",
            "example.com/con/b",
            "x.y/a/vendor",
            "gopkg.in/a/b",
        ),
        *("example.com:80/a/b", "-x.y/a/b", "x.y/a./b", "x.y/ä/b", "x.y/" + "a" * 200 + "/b", "x.y/a/b/c/d/e/f/g"),
    ],
    "owner": [
        "",
        "acme",
        "@",
        "@acme/",
        "@acme//x",
        "@-a",
        "@a b",
        "@acme/x\n",
        '@a"b',
        "team@example.com",
        "@" + "a" * 100,
    ],
}


@pytest.mark.parametrize(("key", "answer"), [(key, answer) for key in GOOD for answer in GOOD[key]])
def test_a_good_answer_passes(key: str, answer: str) -> None:
    """The allow-lists allow what people have."""
    questions.check(key, answer, {})


@pytest.mark.parametrize(("key", "answer"), [(key, answer) for key in BAD for answer in BAD[key]])
def test_a_bad_answer_is_refused_in_a_sentence_that_says_what_to_do(key: str, answer: str) -> None:
    """The sentence names the question, is one line, and ends in a full stop after the advice."""
    with pytest.raises(ModelError) as refusal:
        questions.check(key, answer, {})
    assert re.fullmatch(rf"{key}: [^\n;]+; [a-z@][^\n]+\.", str(refusal.value).replace(repr(answer), "…")), (
        refusal.value
    )


def test_every_worded_question_has_a_rule_and_the_reverse() -> None:
    """Nothing that a person types reaches a file unchecked."""
    assert set(wording.RULES) == {key for key in QUESTIONS if not questions.choices(key)} - {"resources"}


# What is said on the command line, and how the one sentence begins.
SAID = [
    ("a name with a capital", ["-d", "service_name=Billing"], "service_name: 'Billing' cannot name a service; "),
    ("a name that is a path", ["-d", "service_name=../../x"], "service_name: '../../x' cannot name a service; "),
    (
        "a name with a line break",
        ["-d", "service_name=billing\n"],
        r"service_name: 'billing\n' cannot name a service; ",
    ),
    ("a reserved name", ["-d", "service_name=internal"], "service_name: 'internal' means something to a tool; "),
    ("an address of a clone", ["-d", "repository=https://x.y/a/b.git"], "repository: 'https://x.y/a/b.git' is not an "),
    ("a team without an at sign", ["-d", "owner=acme"], "owner: 'acme' is not a handle; "),
    ("an empty description", ["-d", "description="], "description: it is empty; "),
    (
        "a choice that is not offered",
        ["-d", "database=postgresql"],
        "database: 'postgresql' is not offered; did you mean p",
    ),
    ("a list that is a word", ["-d", "apis=rest"], "apis: 'rest' is not a list of choices; write [rest]."),
    ("a list with a stranger", ["-d", "apis=[rest, soap]"], "apis: 'soap' is not offered; "),
    ("an empty list", ["-d", "apis=[]"], "apis: '[]' is not a list of choices; "),
    ("a list that is not YAML", ["-d", "apis=[rest"], "apis: '[rest' is not a list of choices; "),
    (
        "a question that is misspelt",
        ["-d", "servise_name=x"],
        "'servise_name' is not a question; did you mean service_name?",
    ),
    ("what the template writes", ["-d", "applied=x"], "applied: the template writes it itself; leave it out."),
    (
        "a file that is not there",
        ["-d", "resources=../model.yml"],
        "resources: cannot read '../model.yml' (no such file or ",
    ),
    (
        "a word that is misspelt",
        ["-d", "resources=exampel"],
        "resources: there is no file 'exampel'; did you mean example?",
    ),
    ("a folder for a file", ["-d", "resources=/"], "resources: cannot read '/' (is a directory); "),
    ("nothing for a model", ["-d", "resources="], "resources: '' is no mapping of resources; "),
    ("a model that is not YAML", ["-d", "resources={a: ["], "resources: the text is not YAML (line 1: "),
    (
        "a model that says a key twice",
        ["-d", "resources={a: {}, a: {}}"],
        "resources: the text is not YAML (line 1: the key 'a'",
    ),
    ("a model with an unknown type", ["-d", "resources={a: {fields: {b: string}}}"], "a.b: type"),
    (
        "a model with an unknown word",
        ["-d", "resources={a: {field: {b: text}}}"],
        "a: unknown word 'field'; did you mean fields?",
    ),
    ("an owner without callers", ["-d", "auth=none", "-d", "resources={a: {owned: true}}"], "a: rows cannot be owned"),
]


@pytest.mark.parametrize(("said", "sentence"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_a_wrong_word_on_the_command_line_gets_one_sentence(
    template: Path, tmp_path: Path, said: list[str], sentence: str
) -> None:
    """Exit 1, one sentence, no traceback, nothing left behind."""
    _is_refused(tmp_path, sentence, "copy", "--trust", "--defaults", *said, template, "service")


FILES: list[tuple[str, dict[str, Any], str]] = [
    ("a key that is misspelt", {"databse": "postgres"}, "'databse' is not a question; did you mean database?"),
    ("a number for a text", {"service_name": 5}, "service_name: 5 is not text; write it in quotes."),
    ("a list for a text", {"owner": ["@a"]}, "owner: ['@a'] is not text; "),
    ("a mapping for a choice", {"auth": {"a": 1}}, "auth: {'a': 1} is not offered; "),
    ("YAML's no for none", {"cache": False}, "cache: False is not offered; "),
    ("a mapping for a list", {"apis": {"rest": True}}, "apis: {'rest': True} is not a list of choices; "),
    ("a list in a list", {"apis": [["rest"]]}, "apis: ['rest'] is not offered; "),
    ("a number for a model", {"resources": 5}, "resources: 5 is no mapping of resources; "),
    ("nothing for a model", {"resources": None}, "resources: None is no mapping of resources; "),
    ("a list for a model", {"resources": ["a"]}, "resources: ['a'] is no mapping of resources; "),
    ("a resource with a bad name", {"resources": {"Bad Name": {}}}, "Bad Name: "),
    ("a field that is a list", {"resources": {"a": {"fields": {"b": ["text"]}}}}, "a.b: "),
]


@pytest.mark.parametrize(("content", "sentence"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_wrong_value_in_a_data_file_gets_one_sentence(
    template: Path, tmp_path: Path, content: dict[str, Any], sentence: str
) -> None:
    """Copier itself would ignore it in silence, or print a traceback."""
    file = write(tmp_path, {"answers.yml": yaml.safe_dump(content)}) / "answers.yml"
    _is_refused(tmp_path, sentence, "copy", "--trust", "--defaults", "--data-file", file, template, "service")


MODELS = [
    ("that is not YAML", "a: [", "resources: 'model.yml' is not YAML (line 1: "),
    (
        "that says a key twice",
        "a: {}\na: {}\n",
        "resources: 'model.yml' is not YAML (line 2: the key 'a' is written twice)",
    ),
    ("that is a list", "- a\n", "resources: 'model.yml' holds no mapping; "),
    ("that is empty", "", "resources: 'model.yml' holds no mapping; "),
    (
        "with strangers beside resources",
        "resources: {}\nname: x\n",
        "resources: 'model.yml' has 'name' beside resources; ",
    ),
    ("without resources", "resources:\n", "resources: 'model.yml' names no resource; "),
    ("that is nested too deeply", "[" * 5000, "resources: 'model.yml' is not YAML ("),
    ("that runs code", "!!python/object/apply:os.system [true]", "resources: 'model.yml' is not YAML (line 1: "),
    ("with an impossible date", "a: 2026-99-99", "resources: 'model.yml' is not YAML ("),
    ("with control characters", "a: \x00", "resources: 'model.yml' is not YAML ("),
    ("that contains itself", "&a {a: *a}", "a: "),
]


@pytest.mark.parametrize(("text", "sentence"), [row[1:] for row in MODELS], ids=[row[0] for row in MODELS])
def test_a_wrong_model_file_gets_one_sentence(template: Path, tmp_path: Path, text: str, sentence: str) -> None:
    """Exit 1, one sentence, no traceback, nothing left behind."""
    write(tmp_path, {"model.yml": text})
    _is_refused(tmp_path, sentence, "copy", "--trust", "--defaults", "-d", "resources=model.yml", template, "service")


def _is_refused(folder: Path, sentence: str, *command: str | Path) -> None:
    before = tree(folder)
    result = copier(*command, cwd=folder)
    assert result.returncode == 1
    said = result.stderr.removeprefix("\nCopying from template version 9999.0.0\n").strip()
    assert said.startswith(sentence), said
    assert re.fullmatch(r"[^\n]+[.?]", said), said
    assert "Traceback" not in result.stdout + result.stderr
    assert tree(folder) == before
    assert not (folder / "service").exists()


def test_a_default_of_the_persons_own_settings_is_checked_too(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copier lets a settings file bring defaults for every template."""
    write(tmp_path, {"settings.yml": "defaults: {owner: acme, database: oracle, unrelated: 1}\n"})
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(tmp_path / "settings.yml"))
    _is_refused(tmp_path, "owner: 'acme' is not a handle; ", "copy", "--trust", "--defaults", template, "service")


def test_an_existing_folder_is_left_as_it_was(template: Path, tmp_path: Path) -> None:
    """A refusal comes before the first file is written, also where Copier would not clean up."""
    write(tmp_path / "service", {"mine.txt": "mine\n"})
    result = copier("copy", "--trust", "-l", "-d", "resources={a: {x: 1}}", template, "service", cwd=tmp_path)
    assert result.returncode == 1
    assert tree(tmp_path / "service") == {"mine.txt": b"mine\n"}


RESOURCES = {"book": {"about": "A book.", "fields": {"title": "text", "isbn": {"type": "text", "unique": True}}}}


@pytest.mark.parametrize("said", ["word", "mapping", "file", "file of resources", "data file"])
def test_however_the_model_is_given_the_mapping_itself_is_recorded(template: Path, tmp_path: Path, said: str) -> None:
    """An update never reads the file again, nor does it depend on what the example is then."""
    files = {"whole.yml": RESOURCES, "model.yml": {"resources": RESOURCES}}
    write(tmp_path, {name: yaml.safe_dump(content, sort_keys=False) for name, content in files.items()})
    given: dict[str, list[str]] = {
        "word": ["-d", "resources=empty"],
        "mapping": ["-d", f"resources={yaml.safe_dump(RESOURCES, default_flow_style=True, sort_keys=False)}"],
        "file": ["-d", "resources=whole.yml"],
        "file of resources": ["-d", f"resources={tmp_path / 'model.yml'}"],
        "data file": ["--data-file", "model.yml"],
    }
    result = copier("copy", "--trust", "-l", *given[said], template, "service", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    service = tmp_path / "service"
    wanted = {} if said == "word" else RESOURCES
    assert recorded(service)["resources"] == wanted
    assert yaml.safe_load((service / "model.yml").read_text()) == {"resources": wanted}
    commit(service)
    (tmp_path / "model.yml").unlink()
    (tmp_path / "whole.yml").unlink()
    assert copier("update", "--trust", "-l", "service", cwd=tmp_path).returncode == 0
    assert recorded(service)["resources"] == wanted


@pytest.mark.parametrize(("auth", "owned"), [("api_key", [True, None, None]), ("none", [None, None, None])])
def test_the_example_fits_the_callers(copy: Copy, auth: str, owned: list[bool | None]) -> None:
    """Where nobody is known, no row can belong to anybody."""
    resources = recorded(copy({"auth": auth}))["resources"]
    assert [body.get("owned") for body in resources.values()] == owned
    assert list(resources) == ["customer", "invoice", "payment"]


def test_where_to_go_next_is_said_at_the_end(template: Path, tmp_path: Path) -> None:
    """Two commands, the folder quoted for the shell, and how to run the tests."""
    result = copier("copy", "--trust", "--defaults", template, "my service", cwd=tmp_path)
    assert "  cd 'my service'\n  make dev\n" in result.stderr
    assert "`make test`" in result.stderr


REFUSED_LATER = [
    ("a framework for life", ["-d", "service_name=other"], "service_name: a service keeps 'billing' for life; "),
    ("an unknown question", ["-d", "colour=red"], "'colour' is not a question; "),
    ("a wrong choice", ["-d", "auth=kerberos"], "auth: 'kerberos' is not offered; "),
    ("callers whose rows are owned", ["-d", "auth=none"], "customer: rows cannot be owned while auth is none; "),
    ("a model that is no model", ["-d", "resources={a: 1}"], "a: "),
]


@pytest.fixture(scope="module")
def service(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("refused")
    assert copier("copy", "--trust", "-l", template, "service", cwd=folder).returncode == 0
    return commit(folder / "service")


@pytest.mark.parametrize(
    ("said", "sentence"), [row[1:] for row in REFUSED_LATER], ids=[row[0] for row in REFUSED_LATER]
)
def test_a_wrong_word_at_an_update_gets_one_sentence(service: Path, said: list[str], sentence: str) -> None:
    """The service stays exactly as it was."""
    before = tree(service)
    result = copier("update", "--trust", "--defaults", *said, cwd=service)
    assert (result.returncode, result.stderr.count("Traceback")) == (1, 0)
    assert result.stderr.splitlines()[-1].startswith(sentence), result.stderr
    assert tree(service) == before


def test_a_recorded_answer_that_is_no_longer_offered_is_not_changed_in_silence(service: Path) -> None:
    """Copier alone would take the default for it."""
    file = service / ".copier-answers.yml"
    before = file.read_text()
    file.write_text(before.replace("auth: api_key", "auth: ldap"))
    commit(service)
    result = copier("update", "--trust", "--defaults", cwd=service)
    file.write_text(before)
    commit(service)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("auth: 'ldap' is not offered; ")


def test_the_questions_fit_on_a_page() -> None:
    """copier.yml is what a maintainer reads first."""
    assert len((ROOT / "copier.yml").read_text().splitlines()) < 150
