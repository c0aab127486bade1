"""What the real command says to a wrong answer: one sentence, and nothing is left behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ANSWERS, VERSION, commit, copier, tree, write

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
    (
        "a memory of another service",
        {"applied": {"format": 1}},
        "applied: the template writes it itself; leave it out.",
    ),
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


MEMORIES: list[tuple[str, dict[str, Any], str]] = [
    ("of nothing", {}, "applied: this version reads format 1 and older ones, not None; "),
    ("of the future", {"format": 2}, "applied: this version reads format 1 and older ones, not 2; "),
    ("that is damaged", {"format": 1, "parts": None}, "applied: it is damaged; restore the answers file"),
    (
        "that is damaged in its functions",
        {"format": 1, "parts": [], "tables": {}, "functions": "touch_row"},
        "applied: it is damaged; restore the answers file",
    ),
]


@pytest.mark.parametrize(("applied", "sentence"), [row[1:] for row in MEMORIES], ids=[row[0] for row in MEMORIES])
def test_a_memory_that_cannot_be_read_gets_one_sentence(
    template: Path, tmp_path: Path, applied: dict[str, Any], sentence: str
) -> None:
    """Nothing is taken for built or for missing that nobody knows of."""
    answers = {"_src_path": str(template), "_commit": VERSION, "applied": applied}
    write(tmp_path, {f"service/{ANSWERS}": yaml.safe_dump(answers)})
    before = tree(tmp_path)
    result = copier("recopy", "--trust", "--defaults", "--overwrite", "--quiet", "service", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.strip().startswith(sentence), result.stderr
    assert tree(tmp_path) == before


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
    ("whose resources are a number", "resources: 5\n", "resources: 'model.yml' holds 5 for a mapping; "),
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
    file = service / ANSWERS
    before = file.read_text()
    file.write_text(before.replace("auth: api_key", "auth: ldap"))
    commit(service)
    result = copier("update", "--trust", "--defaults", cwd=service)
    file.write_text(before)
    commit(service)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("auth: 'ldap' is not offered; ")
