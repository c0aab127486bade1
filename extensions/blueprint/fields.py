"""Read one field of a resource, and refuse what its type cannot be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import shape
from .elements import Field, Limits, Scalar, Value
from .errors import ModelError
from .kinds import ALWAYS, KINDS, LONGEST_INDEXED, LONGEST_TEXT, Kind
from .names import Name, words

WORDS = (*ALWAYS, *dict.fromkeys(word for kind in KINDS.values() for word in kind.words))
FLAGS = ("optional", "unique", "filter", "sort", "immutable", "sensitive")
LEAST_REASON = 15
MOST_VALUES = 100


def field(resource: str, key: object, raw: object, longest: int = LONGEST_TEXT) -> Field:
    """A field from its line in the model: a bare type, or a mapping; `longest` is the most that a text may have."""
    name = shape.name(f"{resource}.{key}", key)
    where = f"{resource}.{name}"
    _refuse_name(where, name)
    body = {"type": raw} if isinstance(raw, str) else shape.mapping(where, raw, WORDS)
    if "type" not in body:
        raise ModelError(f"{where}: no type is given; write one, such as `{name}: text`.")
    type_ = shape.choice(f"{where}: type", body["type"], KINDS)
    kind = KINDS[type_]
    flags = {flag: shape.flag(where, body, flag) for flag in FLAGS}
    _refuse_words(where, kind, [word for word in body if flags.get(word, True)])
    _refuse_flags(where, name, type_, flags, body)
    values = _values(where, body) if type_ == "enum" else ()
    limits = _limits(where, kind, body, longest) if type_ != "decimal" else _decimal_limits(where, body)
    _refuse_long(where, type_, limits, [word for word in ("unique", "filter", "sort") if flags[word]])
    return Field(
        name=name,
        type=type_,
        about=shape.sentence(where, body, "about"),
        default=_default(where, type_, body["default"], values, limits) if "default" in body else None,
        limits=limits,
        values=values,
        denormalised=shape.sentence(where, body, "denormalised", LEAST_REASON),
        **flags,
    )


def _refuse_name(where: str, name: Name) -> None:
    if name.snake in words("reserved.yml", "implicit"):
        raise ModelError(f"{where}: every resource may have {name} already; leave it out or choose another name.")
    if name.snake.endswith("_id"):
        raise ModelError(f"{where}: a name ending in _id is a reference; use belongs_to, or give a uuid another name.")


def _refuse_words(where: str, kind: Kind, said: list[str]) -> None:
    for word in said:
        if word not in ALWAYS and word not in kind.words:
            takes = [known for known in kind.words if known != "values"]
            hint = f"remove it ({kind.article} takes {', '.join(takes)})" if takes else "remove it"
            raise ModelError(f"{where}: {kind.article} takes no {word}; {hint}.")


def _refuse_flags(where: str, name: Name, type_: str, flags: dict[str, bool], body: dict[str, Any]) -> None:
    if flags["sort"] and flags["optional"]:
        raise ModelError(f"{where}: an optional field cannot be sorted by; remove sort or optional.")
    if flags["optional"] and "default" in body:
        raise ModelError(f"{where}: a field with a default is never empty; remove optional or default.")
    if flags["unique"] and "default" in body:
        raise ModelError(f"{where}: two rows with the default would not be unique; remove unique or default.")
    if flags["filter"] and name.snake in words("reserved.yml", "query"):
        raise ModelError(f"{where}: {name} means something to every list; rename the field or remove filter.")
    if type_ == "text" and name.snake.endswith(tuple(words("reserved.yml", "secret"))):
        raise ModelError(f"{where}: a secret must not be stored in the clear; name it {name}_hash and store a hash.")
    if type_ == "boolean" and name.snake in ("deleted", "is_deleted"):
        raise ModelError(f"{where}: deletion is not a field; remove it and write soft_delete: true in the resource.")


def _refuse_long(where: str, type_: str, limits: Limits, indexed: list[str]) -> None:
    if indexed and type_ == "text" and (limits.max_length or 0) > LONGEST_INDEXED:
        advice = f"set max_length to {LONGEST_INDEXED} or less, or remove {indexed[0]}"
        raise ModelError(f"{where}: a text of up to {limits.max_length} characters is too long for an index; {advice}.")


def _values(where: str, body: dict[str, Any]) -> tuple[Value, ...]:
    names = [shape.name(f"{where}: value {raw!r}", raw) for raw in shape.items(f"{where}: values", body.get("values"))]
    if not 1 <= len(names) <= MOST_VALUES:
        advice = f"list 1 to {MOST_VALUES} as `values: [draft, open]`"
        raise ModelError(f"{where}: an enum has {len(names)} values; {advice}.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ModelError(f"{where}: the value {twice} is listed twice; remove one.")
    return tuple(Value(name.snake) for name in names)


def _limits(where: str, kind: Kind, body: dict[str, Any], longest: int) -> Limits:
    if kind.length:
        least, usual, most = kind.length
        most = longest if most == LONGEST_TEXT else most
        return Limits(
            min_length=(low := _within(where, body, "min_length", least, 0, most)),
            max_length=_within(where, body, "max_length", max(usual, low), max(low, 1), most),
        )
    if kind.bounds:
        low = _within(where, body, "min", kind.bounds[0], *kind.bounds)
        return Limits(min=low, max=_within(where, body, "max", kind.bounds[1], low, kind.bounds[1]))
    return Limits()


def _within(where: str, body: dict[str, Any], key: str, usual: int, low: int, high: int) -> int:
    number = shape.whole(f"{where}: {key}", body.get(key, usual))
    if not low <= number <= high:
        raise ModelError(f"{where}: {key} is {number}; choose {low} to {high}.")
    return number


def _decimal_limits(where: str, body: dict[str, Any]) -> Limits:
    low, high = (shape.exact(f"{where}: {key}", body[key]) if key in body else None for key in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise ModelError(f"{where}: min is greater than max; exchange them.")
    return Limits(min=low, max=high)


def _default(where: str, type_: str, raw: object, values: tuple[Value, ...], limits: Limits) -> Scalar:
    place = f"{where}: default"
    match type_:
        case "enum":
            known = {value.model: value.wire for value in values}
            return known[shape.choice(place, raw, known)]
        case "boolean":
            return shape.flag(where, {"default": raw}, "default")
        case "integer":
            return int(_bounded(place, Decimal(shape.whole(place, raw)), limits))
        case "decimal":
            return f"{_bounded(place, shape.exact(place, raw), limits):f}"
        case _:
            return _short(place, raw, limits)


def _bounded(place: str, number: Decimal, limits: Limits) -> Decimal:
    if (limits.min is not None and number < limits.min) or (limits.max is not None and number > limits.max):
        raise ModelError(f"{place}: {number} is outside the field's own limits; choose another or widen them.")
    return number


def _short(place: str, raw: object, limits: Limits) -> str:
    if not isinstance(raw, str) or not raw.isprintable():
        raise ModelError(f"{place}: {raw!r} is not one line of text; write it in quotes.")
    if not (limits.min_length or 0) <= len(raw) <= (limits.max_length or 0):
        raise ModelError(f"{place}: {raw!r} is outside the field's own limits; choose another or widen them.")
    return raw
