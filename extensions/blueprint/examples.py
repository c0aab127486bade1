"""Example values: valid by every limit, the same in every run, another one for every number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from .elements import Field, Limits

Json = str | int | bool | dict[str, "Json"]

FIRST_MOMENT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
FIRST_DAY = date(2026, 2, 1)
MANY = 10**6


def value(field: Field, n: int) -> Json:
    """The n-th example of a field, counted from 1, as JSON writes it."""
    match field.type:
        case "text":
            return _text(field.name.title, n, field.limits)
        case "integer":
            return _integer(1, n, field.limits)
        case "decimal":
            return f"{_decimal(n, field.limits):f}"
        case "money":
            return {"amount": _integer(1250, n, field.limits), "currency": "EUR"}
        case "boolean":
            return n % 2 == 1
        case "date":
            return (FIRST_DAY + timedelta(days=n - 1)).isoformat()
        case "timestamp":
            return f"{FIRST_MOMENT + timedelta(minutes=n - 1):%Y-%m-%dT%H:%M:%SZ}"
        case "uuid":
            return identifier(field.name.snake, n)
        case "enum":
            return field.values[(n - 1) % len(field.values)].wire
        case "email":
            return f"person{n}@example.com"
        case "url":
            return f"https://example.com/{field.name.kebab}/{n}"
        case _:
            return {"note": f"{field.name.title} {n}"}


def identifier(kind: str, n: int) -> str:
    """The n-th UUIDv7 of a kind of thing; later ones sort after earlier ones."""
    random = int.from_bytes(sha256(f"{kind} {n}".encode()).digest()[:10])
    moment = int(FIRST_MOMENT.timestamp() * 1000) + n
    bits = moment << 80 | 7 << 76 | (random >> 68 & 0xFFF) << 64 | 2 << 62 | random & (1 << 62) - 1
    return str(UUID(int=bits))


def capacity(field: Field) -> int:
    """How many different examples there are, as far as anybody counts."""
    match field.type:
        case "boolean":
            return 2
        case "enum":
            return len(field.values)
        case "integer":
            return min(_span(field.limits), MANY)
        case "text":
            return int(10 ** min(field.limits.max_length or 6, 6)) - 1
        case "decimal":
            return len({value(field, n) for n in range(1, 101)})
        case _:
            return MANY


def _text(title: str, n: int, limits: Limits) -> str:
    longest = limits.max_length or 200
    room = longest - len(f" {n}")
    text = f"{title[:room].rstrip()} {n}" if room > 0 else str(n)[-longest:]
    return text.ljust(limits.min_length or 0, ".")


def _integer(first: int, n: int, limits: Limits) -> int:
    low, high = int(limits.min or 0), int(limits.max or 0)
    start = min(max(first, low), high)
    return low + (start - low + n - 1) % _span(limits)


def _span(limits: Limits) -> int:
    return int(limits.max or 0) - int(limits.min or 0) + 1


def _decimal(n: int, limits: Limits) -> Decimal:
    wanted = Decimal("12.5") + n - 1
    low = limits.min if limits.min is not None else min(wanted, (limits.max or wanted) - MANY)
    high = limits.max if limits.max is not None else max(wanted, low + MANY)
    if low <= wanted <= high:
        return wanted
    step = min(Decimal(1), max(Decimal("0.000001"), (Decimal(high - low) / 1000).quantize(Decimal("0.000001"))))
    steps = int((high - low) / step) + 1
    return (Decimal(low) + step * ((n - 1) % steps)).normalize()
