"""What a step of a migration is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .table import Column, Index, Table
from .triggers import Trigger

Part = str | Column | Index | Trigger | tuple[Trigger, ...] | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        macro: The macro of `extensions/macros` that prints it.
        table: The table it is about; none for a function.
        part: The part of the table it is about, or what is done to the table.
    """

    macro: str
    table: Table | None
    part: Part


class Phase(IntEnum):
    """When a step runs: phases follow one another, each in files of its own."""

    CHANGE = 0
    PROOF = 1  # reads whole tables, and nobody should wait for it
    INDEX = 2  # outside of a transaction, and so alone in its file
    SWAP = 3


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, and how it is undone.

    Attributes:
        label: What it does, for the name of the migration; empty where another step says it already.
    """

    up: Statement
    down: Statement | None
    label: str = ""
    phase: Phase = Phase.CHANGE
