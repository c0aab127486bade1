"""A resource as Go sees it: names, statements and pieces, so that templates only print."""

from __future__ import annotations

from dataclasses import dataclass

from ..elements import Resource
from ..names import Name
from ..text import literal
from .member import Member
from .policy import Asking, Rule, asking, rules


@dataclass(frozen=True, slots=True)
class Enum:
    """A type with a fixed list of values."""

    type: str
    schema: str
    words: str
    constants: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Go:
    """A resource as its Go package sees it."""

    resource: Resource
    type: str
    plural: str
    schema: str
    answer: str
    variable: str
    members: tuple[Member, ...]
    enums: tuple[Enum, ...]

    @property
    def references(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.field is None)

    @property
    def filters(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.field is None or member.field.filter)

    @property
    def sorts(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.field is not None and member.field.sort)

    @property
    def mutable(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if not member.immutable)

    @property
    def immutable(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.immutable)

    @property
    def targets(self) -> tuple[Resource, ...]:
        """The other resources that it refers to, each once."""
        found = {reference.target.name: reference.target for reference in self.resource.references}
        return tuple(target for name, target in found.items() if name != self.resource.name)

    @property
    def columns(self) -> tuple[Name, ...]:
        """The columns that a statement writes, in their order in the table."""
        owner = (Name("owner"),) if self.resource.owned else ()
        references = tuple(reference.column for reference in self.resource.references)
        return references + tuple(column for field in self.resource.fields for column in field.columns) + owner

    @property
    def read_columns(self) -> tuple[Name, ...]:
        soft = ("deleted_at",) if self.resource.soft_delete else ()
        after = ("version", "created_at", "updated_at", *soft)
        return (Name("id"), *self.columns, *(Name(column) for column in after))

    @property
    def owner_parameter(self) -> str:
        return "owner string, " if self.resource.owned else ""

    @property
    def dependencies(self) -> str:
        return "".join(f", {target.plural.go_local} {target.plural.go_pascal}" for target in self.targets)

    @property
    def dependency_values(self) -> str:
        return "".join(f", {local}: {local}" for local in (target.plural.go_local for target in self.targets))

    @property
    def check_call(self) -> str:
        return "s.check(ctx, details)" if self.references else "details.validate()"

    @property
    def recheck_call(self) -> str:
        return f"s.check(ctx, {self.variable}.Details)" if self.references else f"{self.variable}.validate()"

    @property
    def table_literal(self) -> str:
        return literal(self.resource.table.sql)

    @property
    def identifier(self) -> str:
        """The path parameter."""
        return Name(f"{self.resource.name}_id").go_pascal

    @property
    def constraints_name(self) -> str:
        return "constraints" if self.constraints else "nil"

    @property
    def constraints(self) -> tuple[tuple[str, str, str, str], ...]:
        """What PostgreSQL may refuse: the constraint, the member it is about, a code and a sentence."""
        missing = (("reference", "Refers to nothing that is there."),)
        taken = (("taken", "Is already in use."),)
        rows = [(r.constraint, r.column, *missing[0]) for r in self.resource.references]
        rows += [(u.constraint, u.members[-1], *taken[0]) for u in self.resource.uniques]
        return tuple((constraint, f"/{member}", code, message) for constraint, member, code, message in rows)

    @property
    def conflicts(self) -> bool:
        """Whether a change can take a value that has to be unique."""
        kept = {member.wire for member in self.immutable}
        return any({str(member) for member in unique.members} - kept for unique in self.resource.uniques)

    @property
    def create_faults(self) -> tuple[str, ...]:
        """What the store may answer to a new row, each as a kind and its reason."""
        taken = ("Conflict if a unique value is taken",) if self.resource.uniques else ()
        return (*taken, *self._orphaned)

    @property
    def update_faults(self) -> tuple[str, ...]:
        """What the store may answer to a change."""
        taken = ("Conflict if a unique value is taken",) if self.conflicts else ()
        return ("Stale if the version is another one", *taken, *self._orphaned)

    @property
    def _orphaned(self) -> tuple[str, ...]:
        return ("Invalid if a reference leads nowhere",) if self.references else ()

    @staticmethod
    def says(start: str, faults: tuple[str, ...]) -> str:
        """A sentence about faults; nothing where there are none."""
        return f"{start} {', '.join(faults)}." if faults else ""

    @property
    def written(self) -> tuple[str, ...]:
        return ("id", *(column.sql for column in self.columns))

    @property
    def placeholders(self) -> tuple[str, ...]:
        return tuple(f"${n}" for n in range(1, len(self.written) + 1))

    @property
    def changed(self) -> tuple[Name, ...]:
        """The columns that an update may write."""
        kept = {column for member in self.immutable if member.field for column in member.field.columns}
        return tuple(column for column in self.columns if column not in kept and column.snake != "owner")

    @property
    def assignments(self) -> str:
        return ", ".join(f"{column.sql} = ${n}" for n, column in enumerate(self.changed, 1))

    def where(self, *columns: str, first: int = 1) -> str:
        """The condition on a row that the caller can see, its parameters numbered from `first`."""
        wanted = (*columns[:1], *(("owner",) if self.resource.owned else ()), *columns[1:])
        conditions = [f"{column} = ${n}" for n, column in enumerate(wanted, first)]
        return " and ".join(conditions + (["deleted_at is null"] if self.resource.soft_delete else []))

    @property
    def create_parameters(self) -> tuple[tuple[str, str], ...]:
        return self._parameters(self.members, owner=True)

    @property
    def update_parameters(self) -> tuple[tuple[str, str], ...]:
        return (*self._parameters(self.mutable, owner=True), ("Version", f"{self.variable}.Version"))

    def _parameters(self, members: tuple[Member, ...], *, owner: bool) -> tuple[tuple[str, str], ...]:
        rows = [("ID", f"{self.variable}.ID"), *(row for member in members for row in member.to_row)]
        return (*rows, ("Owner", f"{self.variable}.Owner")) if owner and self.resource.owned else tuple(rows)

    @property
    def store_pieces(self) -> tuple[str, ...]:
        """Reading one row is always there: other modules ask whether it exists."""
        does = self.resource.operations
        wanted = {
            "create": does.creates,
            "get": True,
            "list": does.lists,
            "update": does.updates,
            "delete": does.deletes,
        }
        return tuple(piece for piece, chosen in wanted.items() if chosen)

    @property
    def service_pieces(self) -> tuple[str, ...]:
        does = self.resource.operations
        pieces = [piece for name in self.store_pieces for piece in ((name, "exists") if name == "get" else (name,))]
        pieces += ["seen"] if does.updates or does.deletes else []
        return (*pieces, "check") if self.references and (does.creates or does.updates) else tuple(pieces)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return rules(self.resource, self.type, self.variable)

    @property
    def asking(self) -> tuple[Asking, ...]:
        """The methods of the service, and which rule each asks."""
        return asking(self.resource)

    @property
    def queries(self) -> tuple[str, ...]:
        return tuple(piece for piece in self.store_pieces if piece != "list")

    @property
    def postgres_pieces(self) -> tuple[str, ...]:
        does = self.resource.operations
        refuses = self.constraints and (does.creates or does.updates)
        return (*(("constraints",) if refuses else ()), *self.store_pieces)

    @property
    def cache_pieces(self) -> tuple[str, ...]:
        """A copy is of one row, so all but lists concern it."""
        return tuple(piece for piece in ("get", "create", "update", "delete") if piece in self.store_pieces)

    @property
    def key_of(self) -> str:
        """The call that names the copy of a row."""
        owner = f"{self.variable}.Owner, " if self.resource.owned else ""
        return f"keyOf({owner}{self.variable}.ID)"

    @property
    def rest_pieces(self) -> tuple[str, ...]:
        does = self.resource.operations
        tagged = does.gets or does.updates
        return (
            *does.names,
            *(("with_etag",) if tagged else ()),
            *(("to_rest",) if tagged or does.creates or does.lists else ()),
        )

    @property
    def renames(self) -> tuple[tuple[str, str], ...]:
        """The names that sqlc would write in another way than ogen does, and that of a row."""
        table = self.resource.table
        columns = (c for c in self.columns if c.go_pascal != _sqlc(c) and c != table)
        return ((table.snake, self.row), *((c.snake, c.go_pascal) for c in columns))

    @property
    def row(self) -> str:
        """The type of a row: sqlc has one name for a word, so a column that is called as its table gives it its own."""
        table = self.resource.table
        return table.go_pascal if table in self.read_columns else "Row"


def _sqlc(column: Name) -> str:
    return "".join("ID" if part == "id" else part.capitalize() for part in column.parts)
