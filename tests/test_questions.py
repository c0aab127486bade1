"""The questions: complete, well told, and never answered by a traceback."""

from __future__ import annotations

import re

import pytest
from blueprint import cards, questions, wording
from blueprint.errors import ModelError

from tests.support import ROOT

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


def test_the_questions_fit_on_a_page() -> None:
    """copier.yml is what a maintainer reads first."""
    assert len((ROOT / "copier.yml").read_text().splitlines()) < 150
