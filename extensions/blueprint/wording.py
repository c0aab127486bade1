"""Rules for the questions that are answered in words: allow-lists for names, almost anything for prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .errors import ModelError
from .names import words

LONGEST_TEXT = 20_000
LONGEST_SHOWN = 60

SERVICE_NAME = re.compile(r"\A(?=.{2,40}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
HOST = re.compile(r"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\Z")
FOLDER = re.compile(r"\A[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_-])?\Z")
OWNER = re.compile(r"\A(?=.{2,100}\Z)@[A-Za-z0-9]+(-[A-Za-z0-9]+)*(/[A-Za-z0-9]+([._-][A-Za-z0-9]+)*)*\Z")
_DEVICE = re.compile(r"\A(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# Databases that every PostgreSQL server has, and folders of a service besides those that its language reserves.
_TAKEN = frozenset(("postgres", "template0", "template1", "public", "bin", "dist", "src", "deploy"))


def shown(answer: object) -> str:
    """An answer inside a sentence: quoted, on one line, not too long."""
    text = repr(answer)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _service_name(answer: str) -> None:
    if not SERVICE_NAME.match(answer):
        raise ModelError(
            f"service_name: {shown(answer)} cannot name a service; use 2 to 40 lower-case letters, digits and single "
            "dashes, with a letter first, such as billing."
        )
    taken = words("reserved.yml", "typescript", "python") | words("languages/go.yml", "keywords", "folders") | _TAKEN
    if answer in taken or _DEVICE.match(answer) or answer.startswith("pg-"):
        raise ModelError(f"service_name: {shown(answer)} means something to a tool; add a word, as in my-{answer}.")


def _description(answer: str) -> None:
    if not answer.strip():
        raise ModelError("description: it is empty; say in a sentence what the service is for.")
    if len(answer) > LONGEST_TEXT:
        raise ModelError(f"description: it has {len(answer)} characters; use {LONGEST_TEXT} at most.")
    if bad := _UNPRINTABLE.search(answer):
        raise ModelError(f"description: it holds the invisible character U+{ord(bad[0]):04X}; remove it.")


def _repository(answer: str) -> None:
    host, *folders = answer.split("/")
    last = folders[-1] if folders else ""
    if (
        len(answer) > 200
        or not 2 <= len(folders) <= 6
        or not HOST.match(host)
        or host == "gopkg.in"
        or not all(FOLDER.match(folder) and not _DEVICE.match(folder) for folder in folders)
        or "vendor" in folders
        or re.fullmatch(r"v[0-9]+|.*\.git", last)
    ):
        raise ModelError(
            f"repository: {shown(answer)} is not an address of code; write host/owner/name, such as "
            "example.com/acme/billing, without https:// and .git."
        )


def _owner(answer: str) -> None:
    if not OWNER.match(answer):
        raise ModelError(
            f"owner: {shown(answer)} is not a handle; write @team or @organisation/team, as in @acme/billing."
        )


RULES: Mapping[str, Callable[[str], None]] = {
    "service_name": _service_name,
    "description": _description,
    "repository": _repository,
    "owner": _owner,
}
