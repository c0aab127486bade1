"""A person at a real terminal: Enter on everything works, and a wrong answer is asked again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
import yaml

from tests.support import COPIER, Copy, commit, copier, recorded, write

PROMPTS = {
    "service_name": "What is the service called",
    "description": "What is it for",
    "repository": "Where will its code live",
    "owner": "Which team owns it",
    "framework": "What is it built on",
    "database": "Where does it keep its data",
    "cache": "Does it need a cache",
    "apis": "Which APIs does it offer",
    "api_versioning": "How do clients name the version",
    "auth": "Who may call it",
    "resources": "What is it about",
}
ENTER = "\r"
EMPTY_LINE = "\x01\x0b"  # to the beginning of the line, then delete to its end
PATIENCE = 60


class Terminal:
    """A person who reads the questions of one run of the command."""

    def __init__(self, *command: str | Path, cwd: Path) -> None:
        env = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        arguments = [str(part) for part in command]
        self.child = pexpect.spawn(
            str(COPIER), arguments, cwd=str(cwd), env=env, dimensions=(50, 240), encoding="utf-8", timeout=PATIENCE
        )

    def answer(self, key: str, text: str = "") -> None:
        """Wait for a question, then type something instead of its default, or only Enter."""
        self.child.expect(re.escape(PROMPTS[key]))
        self.type(text)

    def type(self, text: str) -> None:
        self.child.send((EMPTY_LINE + text if text else "") + ENTER)

    def sees(self, text: str) -> None:
        self.child.expect(re.escape(text))

    def finishes(self) -> None:
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert self.child.exitstatus == 0


@pytest.fixture
def person(template: Path, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal("copy", "--trust", template, "service", cwd=tmp_path)
    yield terminal
    terminal.child.close(force=True)


def test_enter_on_everything_gives_the_default_service(person: Terminal, tmp_path: Path, copy: Copy) -> None:
    """Who knows nothing yet has a service after eleven times Enter."""
    for key in PROMPTS:
        person.answer(key)
    person.finishes()
    assert recorded(tmp_path / "service") == recorded(copy(name="default"))


def test_a_wrong_answer_is_asked_again_with_the_sentence(person: Terminal, tmp_path: Path) -> None:
    """The prompt says what to do and waits; nothing has to be typed again but the wrong answer."""
    person.answer("service_name", "Büro 7")
    person.sees("use 2 to 40 lower-case letters, digits and single dashes")
    person.type("office")
    person.answer("description", 'Says "hello" to {{ 7*7 }}.')
    person.answer("repository", "https://example.com/acme/office")
    person.sees("write host/owner/name")
    person.type("example.com/acme/office")
    for key in list(PROMPTS)[3:10]:
        person.answer(key)
    person.answer("resources", "{room: {fields: {floor: number}}}")
    person.sees("room.floor: type")
    person.type("empty")
    person.finishes()
    answers = recorded(tmp_path / "service")
    assert answers["service_name"] == "office"
    assert answers["description"] == 'Says "hello" to {{ 7*7 }}.'
    assert answers["owner"] == "@acme/office"
    assert answers["resources"] == {}


def test_the_model_comes_from_a_file(person: Terminal, tmp_path: Path) -> None:
    """A file name at the prompt is enough."""
    model = {"resources": {"room": {"fields": {"floor": "integer", "name": "text"}}}}
    write(tmp_path, {"rooms.yml": yaml.safe_dump(model, sort_keys=False)})
    for key in list(PROMPTS)[:10]:
        person.answer(key)
    person.answer("resources", "rooms.yml")
    person.finishes()
    assert {"resources": recorded(tmp_path / "service")["resources"]} == model


def test_leaving_in_the_middle_leaves_nothing_behind(person: Terminal, tmp_path: Path) -> None:
    """Ctrl-C at a prompt is a way out."""
    person.answer("service_name")
    person.sees(PROMPTS["description"])
    person.child.send("\x03")
    person.child.expect(pexpect.EOF)
    assert not (tmp_path / "service").exists()


def test_an_update_asks_only_what_may_change(template: Path, tmp_path: Path) -> None:
    """What a service keeps for life is not asked again, nor is the model, which has a file of its own."""
    assert copier("copy", "--trust", "-l", template, "service", cwd=tmp_path).returncode == 0
    service = commit(tmp_path / "service")
    before = recorded(service)
    terminal = Terminal("update", "--trust", cwd=service)
    for key in ("description", "owner", "cache", "apis", "auth"):
        terminal.answer(key, "Sends bills." if key == "description" else "")
    terminal.finishes()
    assert recorded(service) == {**before, "description": "Sends bills."}
