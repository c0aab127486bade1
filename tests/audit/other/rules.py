"""What the contract asks of requests."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wire import RefusedError, Request

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Row = dict[str, Any]


def body(request: Request) -> Row:
    """The body, which has to keep the contract."""
    if re.sub(r"\s", "", request.header("content-type")).lower() not in (
        "application/json",
        "application/json;charset=utf-8",
    ) or request.header("content-encoding"):
        raise RefusedError(415, "The body must be application/json.")

    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> Row:
        names = [name for name, _ in pairs]
        twice.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    def never(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        found = json.loads(request.body.decode("utf-8"), object_pairs_hook=unique, parse_constant=never)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise RefusedError(400, "The body is not one JSON value.", error("", "json", "Must be JSON.")) from None
    if not isinstance(found, dict):
        raise RefusedError(400, "The body breaks a rule.", error("", "type", "Must be an object."))
    if twice:
        told = error(f"/{twice[0]}", "duplicate", "Is there twice.")
        raise RefusedError(400, "A member is there twice.", told)
    subject, pages = found.get("subject"), found.get("pages")
    wrong = [error(f"/{name}", "unknown", "Is not known.") for name in found if name not in ("subject", "pages")]
    wrong += [error(f"/{name}", "required", "Must be there.") for name in ("subject", "pages") if name not in found]
    if "subject" in found and not (isinstance(subject, str) and 1 <= len(subject) <= 100 and "\0" not in subject):
        wrong.append(error("/subject", "text", "Must be a text of 1 to 100 characters, without NUL."))
    if "pages" in found and not (isinstance(pages, int) and not isinstance(pages, bool) and 1 <= pages <= 1000):
        wrong.append(error("/pages", "number", "Must be an integer from 1 to 1000."))
    if wrong:
        raise RefusedError(400, "The body breaks a rule.", *wrong)
    return found


def error(pointer: str, code: str, message: str) -> dict[str, str]:
    """One broken rule."""
    return {"pointer": pointer, "code": code, "message": message}


def broken(parameter: str, code: str = "format") -> RefusedError:
    """A parameter breaks its rule."""
    told = {"parameter": parameter, "code": code, "message": "Breaks the contract."}
    return RefusedError(400, "A parameter breaks the contract.", told)


def parameters(request: Request, *known: str) -> dict[str, str]:
    """The query, in which each name is known and there once."""
    found: dict[str, str] = {}
    text = urlsplit(request.target).query
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise broken("query")
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name not in known or name in found:
            raise broken(name, "unknown" if name not in known else "twice")
        found[name] = value
    return found


def identifier(key: str) -> str:
    """An id that is one."""
    if not ID.fullmatch(key):
        raise broken("letter_id")
    return key


def accepts(text: str) -> bool:
    """Whether JSON will do."""
    ranges = [part.replace(" ", "").lower().split(";") for part in text.split(",") if part.strip()]
    fit = [r for r in ranges if r[0] in ("*/*", "application/*", "application/json")]
    fit.sort(key=lambda r: ("*/*", "application/*", "application/json").index(r[0]))
    return not ranges or bool(fit and not re.fullmatch(r"q=0(\.0*)?", fit[-1][-1]))
