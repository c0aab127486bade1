"""The field types of the model language, and which words each of them takes."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 2**53 - 1  # the largest integer that every JSON reader keeps exact
LONGEST_TEXT = 10_000  # characters that a member of a request may have
LONGEST_INDEXED = 300  # characters of a text: an index row has 2704 bytes, a cursor fits into a URL
USUAL = ("default", "unique", "filter", "sort")
ALWAYS = ("type", "about", "optional", "immutable", "sensitive", "denormalised")


@dataclass(frozen=True, slots=True)
class Kind:
    """One field type.

    Attributes:
        article: How a sentence begins to speak of it: `an integer`.
        storage: The PostgreSQL type of each column; money has two columns.
        words: What may be said of such a field beside the words that every field takes.
        length: The least, the usual and the largest length of a text.
        bounds: The least and the greatest number.
    """

    article: str
    storage: tuple[str, ...]
    words: tuple[str, ...] = ()
    length: tuple[int, int, int] | None = None
    bounds: tuple[int, int] | None = None


KINDS = {
    "text": Kind("a text", ("text",), ("min_length", "max_length", *USUAL), (1, 200, LONGEST_TEXT)),
    "integer": Kind("an integer", ("bigint",), ("min", "max", *USUAL), bounds=(-LARGEST, LARGEST)),
    "decimal": Kind("a decimal", ("numeric(24, 6)",), ("min", "max", *USUAL)),
    "money": Kind("a money field", ("bigint", "text"), ("min", "max"), bounds=(-LARGEST, LARGEST)),
    "boolean": Kind("a boolean", ("boolean",), ("default", "filter")),
    "date": Kind("a date", ("date",), ("unique", "filter", "sort")),
    "timestamp": Kind("a timestamp", ("timestamptz",), ("unique", "filter", "sort")),
    "uuid": Kind("a uuid", ("uuid",), ("unique", "filter", "sort")),
    "enum": Kind("an enum", ("text",), ("values", *USUAL)),
    "json": Kind("a json field", ("jsonb",)),
    "email": Kind("an email", ("text",), ("unique", "filter"), (3, 254, 254)),
    "url": Kind("a url", ("text",), ("unique", "filter"), (1, 2048, 2048)),
}
