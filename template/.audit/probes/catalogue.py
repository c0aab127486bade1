# Kept by the platform: docs/ownership.md says what that means.
"""What the contract cannot say and the database can: who owns rows, where references lead, what is unique."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

COLUMNS = """select table_name, column_name from information_schema.columns where table_schema = current_schema()"""
REFERENCES = """
select c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, c.confdeltype::text
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
where c.contype = 'f' and c.connamespace = current_schema()::regnamespace"""
UNIQUES = """
select i.indrelid::regclass::text, i.indexrelid::regclass::text, array_agg(distinct a.attname::text)
from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = i.indrelid
where i.indisunique and not i.indisprimary and c.relnamespace = current_schema()::regnamespace
and (a.attnum = any (i.indkey::int2[]) or exists (select from pg_depend d
  where d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid = a.attnum))
and not (a.attname = 'deleted_at')
group by 1, 2"""


@dataclass(frozen=True)
class Table:
    """A table behind a resource. `references` says to which table a column leads, and what a delete there does."""

    name: str
    columns: set[str] = field(default_factory=set)
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    uniques: list[frozenset[str]] = field(default_factory=list)

    def owned(self, column: str) -> bool:
        """Whether rows belong to the caller who made them."""
        return column in self.columns

    @property
    def quoted(self) -> str:
        """The name in a statement."""
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def soft(self) -> bool:
        """Whether deleted rows are kept."""
        return "deleted_at" in self.columns


def read(connection: Any) -> dict[str, Table]:
    """The tables of the audited database, by name."""
    tables: dict[str, Table] = {}
    for name, column in connection.execute(COLUMNS).fetchall():
        tables.setdefault(name, Table(name)).columns.add(column)
    for name, column, target, action in connection.execute(REFERENCES).fetchall():
        tables[bare(name)].references[column] = (bare(target), action)
    grouped: dict[str, list[frozenset[str]]] = defaultdict(list)
    for name, _, columns in connection.execute(UNIQUES).fetchall():
        grouped[bare(name)].append(frozenset(columns))
    for name, sets in grouped.items():
        tables[name].uniques.extend(sets)
    return tables


def bare(name: str) -> str:
    """A name as the catalogue has it, without the quotes that regclass adds."""
    return name.rsplit(".", 1)[-1].strip('"')
