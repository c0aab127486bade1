"""A field or a reference as Go sees it: its type, and its way between contract, domain and row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..elements import Field
from ..names import Name
from ..text import literal


@dataclass(frozen=True, slots=True)
class Member:
    """A field or a reference, as the Go code of its resource sees it.

    Attributes:
        name: The exported name; the same in the domain, in the row and in the types made from the contract.
        wire: The name in JSON and in the query.
        type: In the domain, a pointer where it may be missing.
        exists: For a reference, the function that knows whether its target is there.
    """

    name: str
    wire: str
    kind: dict[str, Any]
    words: dict[str, str]
    optional: bool
    defaulted: bool
    immutable: bool
    folded: bool
    columns: tuple[str, ...]
    field: Field | None = None
    exists: str = ""

    @property
    def type(self) -> str:
        return f"*{self._base}" if self.pointer else self._base

    @property
    def filter_type(self) -> str:
        return f"*{self._base}"

    @property
    def column_literal(self) -> str:
        """The column as a Go string, quoted for SQL where that needs it."""
        return literal(Name(self.wire).sql)

    @property
    def _base(self) -> str:
        return self._filled(self.kind["type"])

    @property
    def pointer(self) -> bool:
        """Whether the domain keeps it behind a pointer; a JSON text is nil by itself."""
        return self.optional and self.kind["type"] != "json.RawMessage"

    @property
    def from_create(self) -> str:
        """The expression for a new row, from `body`."""
        if self.optional:
            return self._convert("from_rest", f"platform.Pointer(body.{self.name})", optional=True)
        return self._convert("from_rest", f"body.{self.name}{'.Value' if self.defaulted else ''}")

    @property
    def from_patch(self) -> str:
        """The expression for a changed row: from `value`, or from `body` where null has a meaning."""
        if self.optional:
            return self._convert("from_rest", f"platform.Pointer(body.{self.name})", optional=True)
        return self._convert("from_rest", "value")

    @property
    def from_query(self) -> str:
        """The expression for a filter; a pointer in the query of the domain."""
        way = "from_query" if "from_query" in self.kind else "from_rest"
        return self._convert(way, f"platform.Pointer(params.{self.name})", optional=True)

    @property
    def to_rest(self) -> str:
        value = f"{self.words['variable']}.{self.name}"
        if not self.optional:
            return self._convert("to_rest", value)
        generated = self._filled(self.kind["generated"])
        return f"platform.Nullable[rest.Nil{generated}]({self._convert('to_rest', value, optional=True)})"

    @property
    def from_row(self) -> str:
        if len(self.columns) == 1:
            return self._convert("from_row", f"row.{self.columns[0]}", optional=self.optional)
        amount, currency = (f"row.{column}" for column in self.columns)
        return (
            f"money.Join({amount}, {currency})"
            if self.optional
            else f"money.Money{{Amount: {amount}, Currency: {currency}}}"
        )

    @property
    def to_row(self) -> tuple[tuple[str, str], ...]:
        """The parameters of a statement: column and expression."""
        value = f"{self.words['variable']}.{self.name}"
        if len(self.columns) == 1:
            return ((self.columns[0], self._convert("to_row", value, optional=self.optional)),)
        parts = ("Amount", "Currency") if not self.optional else ("AmountOrNil()", "CurrencyOrNil()")
        return tuple((column, f"{value}.{part}") for column, part in zip(self.columns, parts, strict=True))

    @property
    def key(self) -> str:
        return self._filled(self.kind["key"]).replace("{}", f"{self.words['variable']}.{self.name}")

    @property
    def filter_value(self) -> str:
        return self._convert("to_row", f"*query.{self.name}")

    @property
    def check(self) -> str:
        """The call that states the rule of the value; empty if its type says it all."""
        if "check" not in self.kind:
            return ""
        value = f"*d.{self.name}" if self.pointer else f"d.{self.name}"
        if ".Valid()" in self.kind["check"]:
            value = f"d.{self.name}"
        return "violations." + self._filled(self.kind["check"]).replace("{}", value)

    def _convert(self, way: str, value: str, *, optional: bool = False) -> str:
        expression: str = self.kind.get(way, {}).get("optional" if optional else "required", "{}")
        return self._filled(expression).replace("{}", value)

    def _filled(self, text: str) -> str:
        for word, meaning in self.words.items():
            text = text.replace("{" + word + "}", meaning)
        return text
