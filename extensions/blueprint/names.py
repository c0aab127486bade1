"""One name, written the way each place writes it: SQL, URLs, sentences, Go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from .files import read

ROOT = Path(__file__).parent
PATTERN = re.compile(r"\A[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
LONGEST_IDENTIFIER = 63  # PostgreSQL cuts longer ones silently


@cache
def data(file: str) -> dict[str, Any]:
    """A data file of this package."""
    content: dict[str, Any] = read(ROOT / file)
    return content


@cache
def words(file: str, *keys: str) -> frozenset[str]:
    """Word lists of a data file, as one set."""
    return frozenset(word for key in keys for word in data(file)[key])


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """A name of one or more lower-case words, kept as snake_case.

    Attributes:
        snake: The only stored form; every other form is derived from it.
    """

    snake: str

    def __str__(self) -> str:
        return self.snake

    @property
    def parts(self) -> list[str]:
        return self.snake.split("_")

    @property
    def pascal(self) -> str:
        return "".join(part.capitalize() for part in self.parts)

    @property
    def camel(self) -> str:
        return self.pascal[0].lower() + self.pascal[1:]

    @property
    def kebab(self) -> str:
        return self.snake.replace("_", "-")

    @property
    def words(self) -> str:
        return self.snake.replace("_", " ")

    @property
    def article(self) -> str:
        """The indefinite article, by sound as far as spelling tells it."""
        if self.snake.startswith(("eu", "one", "uni", "use", "util")):
            return "a"
        return "an" if self.snake[0] in "aeiou" or self.snake.startswith(("hono", "hour")) else "a"

    @property
    def title(self) -> str:
        return self.words[0].upper() + self.words[1:]

    @property
    def upper(self) -> str:
        return self.snake.upper()

    @property
    def sql(self) -> str:
        """The identifier in SQL; quoted only where PostgreSQL needs it."""
        return f'"{self.snake}"' if self.snake in words("reserved.yml", "sql") else self.snake

    @property
    def go_pascal(self) -> str:
        """The exported Go name, equal to what ogen and sqlc make of the same words."""
        return "".join(_go_word(part) for part in self.parts)

    @property
    def go_camel(self) -> str:
        """The unexported Go name; it may be a keyword, see `go_local`."""
        return self.parts[0] + "".join(_go_word(part) for part in self.parts[1:])

    @property
    def go_local(self) -> str:
        """A name for a Go variable that means nothing yet: to Go, to a file by its imports, or to every module."""
        taken = words("languages/go.yml", "keywords", "predeclared", "packages", "declared") | imported()
        return self.go_camel + data("languages/go.yml")["local_suffix"] if self.go_camel in taken else self.go_camel


def _go_word(word: str) -> str:
    spelled: dict[str, str] = {known.lower(): known for known in data("languages/go.yml")["initialisms"]}
    return spelled.get(word, word.capitalize())


@cache
def imported() -> frozenset[str]:
    """The packages that rendered Go code may import, by the name that it calls them."""
    return frozenset(name for group in data("languages/go_imports.yml").values() for name in group)


def go_package(name: Name, plural: Name) -> str:
    """The Go package of a resource: one word that is no keyword, import or folder of ours."""
    taken = words("languages/go.yml", "keywords", "predeclared", "packages", "folders", "ignored")
    choices = (name.snake.replace("_", ""), plural.snake.replace("_", ""))
    return next((word for word in choices if word not in taken), f"{choices[0]}module")


def plural(name: Name) -> Name:
    """The regular, irregular or unchanged plural of a name's last word."""
    *first, last = name.parts
    return Name("_".join([*first, _plural(last)]))


def _plural(word: str) -> str:
    table = data("plurals.yml")
    if word in table["uncountable"]:
        return word
    irregular: dict[str, str] = table["irregular"]
    if word in irregular:
        return irregular[word]
    for ending, replacement in table["endings"].items():
        if re.search(f"{ending}$", word):
            return re.sub(f"{ending}$", replacement, word)
    return f"{word}s"


def looks_plural(name: Name) -> bool:
    """Whether a resource's name seems to be a plural already, such as `customers`."""
    word = name.parts[-1]
    table = data("plurals.yml")
    if word in table["uncountable"] or word in table["irregular"]:
        return False
    return word in table["irregular"].values() or re.search(table["plural_look"], word) is not None


def constraint(table: str, *rest: str) -> str:
    """The name of a constraint, an index or a trigger: `<table>_<columns>_<kind>`, cut to fit."""
    full = "_".join((table, *rest))
    if len(full) <= LONGEST_IDENTIFIER:
        return full
    digest = sha256(full.encode()).hexdigest()[:8]
    return f"{full[: LONGEST_IDENTIFIER - 9].rstrip('_')}_{digest}"
