# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that speaks HTTP byte by byte, by the vectors beside it and those of the team."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.model import BrokenError, Check, Evidence, Finding, Ran
from engine.text import mapping
from probes.client import OWNER, Client
from probes.contract import Contract
from probes.raw.wire import Reply, exchange
from probes.report import Report
from probes.rest import GENEROUS, outcome

KIND = "raw"
OWN = "audit/local/vectors.yml"
MEMBERS = {"name": str, "check": str, "send": list, "status": list}
SHORT = {"REQUEST_TIMEOUT": "2s"}  # so that nobody waits long for what has to end
AT_ONCE = 12


def vectors(root: Path) -> list[dict[str, Any]]:
    """Those kept by the platform, and those that the team has written beside their own checks."""
    files = [(Path(__file__).parent / "vectors.yml", ".audit/probes/raw/vectors.yml"), (root / OWN, OWN)]
    return [vector for file, name in files if file.is_file() for vector in listed(file, name)]


def listed(file: Path, name: str) -> list[dict[str, Any]]:
    """The vectors of one file; BrokenError says what is wrong with it."""
    found = mapping(file, name).get("vectors")
    if not isinstance(found, list):
        raise BrokenError(f"{name} must have a list of vectors.")
    for vector in found:
        if not (isinstance(vector, dict) and all(isinstance(vector.get(w), kind) for w, kind in MEMBERS.items())):
            told = getattr(vector, "place", name)
            raise BrokenError(f"{told}: a vector has name and check, texts, and send and status, lists.")
    return found


def run(context: Any, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the checks on an instance of its own."""
    report, contract, known = Report(), Contract(context.contract), vectors(context.root)
    wanted = {check.id for check in checks}
    with context.restart({**GENEROUS, **SHORT}) as base_url, ThreadPoolExecutor(AT_ONCE) as pool:
        words = fill_ins(base_url, contract, Client(base_url, contract, context.credentials))
        sent = [vector for vector in known if vector["check"] in wanted and needs(vector) <= words.keys()]
        sent.sort(key=lambda vector: -vector.get("slowly", 0))
        replies = pool.map(
            lambda vector: exchange(
                base_url, list(pieces(vector, words)), vector.get("slowly", 0), vector.get("within", 8)
            ),
            sent,
        )
        for vector, reply in zip(sent, replies, strict=True):
            judge(report, vector, reply)
    for check in wanted:
        report.none(check, "the contract has no operation that these vectors need")
    yield from outcome(report, checks)


def fill_ins(base_url: str, contract: Contract, client: Client) -> dict[str, str]:
    """What stands in a vector for something of this service."""
    words = {
        "host": urlsplit(base_url).netloc,
        "credential": "".join(f"{name}: {value}\r\n" for name, value in client.identity(OWNER)),
        "json": "{}",
        "length": "2",
    }
    for word, method in (("get", "GET"), ("post", "POST")):
        operation = next((o for o in contract.operations if o.method == method and "{" not in o.path), None)
        if operation is not None:
            words[word] = operation.path
    return words


def needs(vector: dict[str, Any]) -> set[str]:
    """The words of the service that a vector needs."""
    text = "".join(piece for piece in vector["send"] if isinstance(piece, str))
    return {word for word in ("get", "post") if "{" + word + "}" in text}


def pieces(vector: dict[str, Any], words: dict[str, str]) -> Iterator[bytes]:
    """The bytes to send."""
    for piece in vector["send"]:
        text = piece["repeat"] * piece["times"] if isinstance(piece, dict) else piece
        for word, value in words.items():
            text = text.replace("{" + word + "}", value)
        yield text.encode("latin-1")


def judge(report: Report, vector: dict[str, Any], reply: Reply) -> None:
    """Holds what came back against the vector."""
    check, name, got = vector["check"], vector["name"], reply.statuses
    allowed = vector["status"]
    first = got[0] if got else 0
    shown = f"{got or 'no answer'}{', then closed' if reply.closed else ', kept open'} after {reply.seconds:.1f} s"
    fits = first in allowed or first // 100 in allowed if got else 0 in allowed and reply.closed
    report.that(fits, check, name, f"{shown}; expected one of {allowed}")
    report.that(len(got) <= vector.get("answers", 1), check, name, f"{shown}: more answers than requests")
    if vector.get("closed"):
        report.that(reply.closed, check, name, f"{shown}: the connection must not be used again")
    if "absent" in vector:
        report.that(
            vector["absent"].encode("latin-1") not in reply.text, check, name, f"{vector['absent']!r} comes back"
        )
    report.that(
        b"goroutine " not in reply.text and b"panic" not in reply.text and b"\nServer:" not in reply.text,
        check,
        name,
        "the answer shows what the service is made of",
    )
