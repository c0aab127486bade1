# Kept by the platform: docs/ownership.md says what that means.
"""The kind of check that reads the text of migrations. A rule is a pattern that every half, or none, must have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.context import Context
from engine.model import BrokenError, Check, Evidence, Finding, Ran
from migrations.files import Half, Migration, load

KIND = "migration-text"
COMMENT = re.compile(r"--[^\n]*")


def run(context: Context, checks: list[Check]) -> Iterator[Finding | Evidence | Ran]:
    """Carries out the rules on each file."""
    files = load(context)
    for check in checks:
        looked = files[1:] if check.rule.get("but_first") else files
        for migration in looked:
            yield from judge(check, migration)
        yield Evidence(check.id, f"{len(looked)} migrations")
        yield Ran(check.id)


def judge(check: Check, migration: Migration) -> Iterator[Finding]:
    """Whether a file keeps to a rule."""
    rule = check.rule
    if "name" in rule and not re.search(rule["name"], migration.name):
        yield Finding(check.id, migration.name, "its name does not fit", f"{migration.name}:1")
    for word in rule.get("halves", []):
        half: Half = getattr(migration, word)
        if half.line == 0 or half.empty:
            yield Finding(
                check.id, migration.name, f"does nothing on the way {word}", f"{migration.name}:{half.line or 1}"
            )
    if rule.get("alone") is not None and migration.up.alone is not bool(rule["alone"]):
        return
    for word in ("must", "must_not"):
        if word in rule:
            yield from pattern(check, migration, word)


def pattern(check: Check, migration: Migration, word: str) -> Iterator[Finding]:
    """Whether a half has what it must have, or what it must not."""
    rule, half = check.rule, migration.up
    if "when" in rule and not re.search(rule["when"], COMMENT.sub("", half.sql), re.IGNORECASE):
        return
    text = half.sql if rule.get("comments") else COMMENT.sub(lambda match: " " * len(match[0]), half.sql)
    try:
        match = re.search(rule[word], text, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise BrokenError(f"{check.place}: {word} of {check.id} is no pattern: {error}") from None
    if (match is None) is (word == "must"):
        line = text.count("\n", 0, match.start()) + 1 if match else half.line or 1
        yield Finding(check.id, migration.name, str(rule.get("message", check.title)), f"{migration.name}:{line}")
