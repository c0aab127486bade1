# Kept by the platform: docs/ownership.md says what that means.
"""Makes rows through the API, parents first, so that every probe has something to probe."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from probes.catalogue import Table
from probes.client import NOBODY, OWNER, Answer, Client
from probes.contract import Contract, Operation, Resource, Schema, split
from probes.values import make, plain, vary

ABSENT = "019bc0fd-89c1-77ec-bd2e-9ee4f73469ff"


class UnusableError(Exception):
    """A row that the contract allows could not be made; the answer says why."""

    def __init__(self, resource: Resource, answer: Answer | None) -> None:
        super().__init__(f"no row of {resource.path} could be made: {answer or 'the contract has no operation for it'}")
        self.resource, self.answer = resource, answer


@dataclass(frozen=True)
class Row:
    """An item that was made through the API."""

    resource: Resource
    identity: str
    id: str
    path: str  # of the item, empty if items cannot be asked for one by one
    sent: dict[str, Any]
    answer: Answer


@dataclass
class World:
    """The resources of one service, and rows in them."""

    client: Client
    tables: dict[str, Table]
    owner_column: str = "owner"
    connect: Callable[[], Any] | None = None
    grant: Callable[[list[str]], dict[str, str]] | None = None  # headers of the owner with these scopes alone
    shared: dict[tuple[str, str], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contract: Contract = self.client.contract
        self._numbers = itertools.count(1)
        self._making = threading.local()

    @cached_property
    def _watcher(self) -> Any:
        if self.connect is None:
            raise LookupError("there is no database to ask")
        connection = self.connect()
        connection.autocommit = True
        return connection

    def ask(self, query: str, *values: Any) -> Any:
        """The one value that a query of the database returns."""
        return self._watcher.execute(query, values or None).fetchone()[0]

    def close(self) -> None:
        """Lets go of the database."""
        if "_watcher" in self.__dict__:
            self._watcher.close()

    def number(self) -> int:
        """A number that nobody has had."""
        return next(self._numbers)

    def table(self, resource: Resource) -> Table:
        """The table behind a resource; one without columns if there is none of its name."""
        name = resource.name.replace("-", "_")
        return self.tables.get(name, Table(name))

    def owned(self, resource: Resource) -> bool:
        """Whether rows belong to the caller who made them."""
        return self.table(resource).owned(self.owner_column)

    def makeable(self) -> list[Resource]:
        """The resources of which rows can be made."""
        return [resource for resource in self.contract.resources if resource.can("create")]

    def with_(self, *kinds: str) -> list[Resource]:
        """The resources that can be created and have all of these operations."""
        return [resource for resource in self.makeable() if all(resource.can(kind) for kind in kinds)]

    def target(self, resource: Resource, member: str) -> Resource | None:
        """The resource that a member refers to: by the foreign key, or else by its name."""
        named = {r.name.replace("-", "_"): r for r in self.contract.resources}
        table = self.table(resource)
        if table.columns:
            return named.get(table.references.get(member, ("", ""))[0])
        stem = member.removesuffix("_id")
        found = (
            named[p] for p in (f"{stem}s", f"{stem}es", f"{stem[:-1]}ies") if member.endswith("_id") and p in named
        )
        return next(found, None)

    def references(self, resource: Resource) -> dict[str, Resource]:
        """The members of a new row that refer to other rows."""
        create = resource.can("create")
        members = self.contract.members(create.body) if create else {}
        found = {name: self.target(resource, name) for name in members}
        return {name: target for name, target in found.items() if target}

    def uniques(self, resource: Resource) -> list[frozenset[str]]:
        """The members that are unique together."""
        create = resource.can("create")
        members = set(self.contract.members(create.body)) if create else set()
        sets = (columns - {self.owner_column} for columns in self.table(resource).uniques)
        return [columns for columns in sets if columns and columns <= members]

    def body(self, resource: Resource, identity: str = OWNER) -> dict[str, Any]:
        """A body that keeps every rule and is like no other."""
        create = resource.can("create")
        if create is None:
            raise UnusableError(resource, None)
        schema, n = self.contract.shape(create.body), self.number()
        good = good_example(self.contract, schema)
        body = {name: vary(self.contract, schema["properties"][name], value, n) for name, value in good.items()}
        for name, target in self.references(resource).items():
            body.pop(name, None)
            if self._wanted(resource, target, name, schema):
                fresh = any(name in members for members in self.uniques(resource))
                body[name] = (self.create if fresh else self.row)(target, identity).id
        return body

    def _wanted(self, resource: Resource, target: Resource, name: str, schema: Schema) -> bool:
        if name in schema.get("required", []):
            return True
        busy = getattr(self._making, "names", [])
        return target is not resource and target.path not in busy and target.can("create") is not None

    def create(self, resource: Resource, identity: str = OWNER, **members: Any) -> Row:
        """A new row of the identity."""
        busy: list[str] = getattr(self._making, "names", [])
        self._making.names = [*busy, resource.path]
        try:
            body = {**self.body(resource, identity), **members}
            path = self.collection(resource, identity)
        finally:
            self._making.names = busy
        answer = self.client.send("POST", path, identity, body=body)
        if answer.status // 100 != 2 or not isinstance(answer.get("id"), str):
            raise UnusableError(resource, answer)
        return self.known(resource, identity, path, body, answer)

    def known(self, resource: Resource, identity: str, path: str, body: dict[str, Any], answer: Answer) -> Row:
        """The row that an answer tells of."""
        item = f"{path}/{answer.get('id')}" if resource.item_path else ""
        return Row(resource, identity, str(answer.get("id")), item, body, answer)

    def row(self, resource: Resource, identity: str = OWNER) -> Row:
        """A row of the identity that others use too: it must not be changed."""
        key = (resource.path, identity)
        if key not in self.shared:
            self.shared[key] = self.create(resource, identity)
        return self.shared[key]

    def collection(self, resource: Resource, identity: str = OWNER) -> str:
        """The path of the collection, below rows of the identity."""
        return (
            resource.path
            if resource.above is None
            else self.row(resource.above, identity).path + resource.path[len(resource.above.item_path) :]
        )

    def etag(self, row: Row) -> str:
        """The entity tag of the row as it is now; that of its making if it cannot be read."""
        if row.resource.can("get"):
            return self.client.send("GET", row.path, row.identity).header("ETag")
        return row.answer.header("ETag")

    def sample(self, operation: Operation, identity: str = OWNER, key: str = ABSENT) -> str:
        """A path for the operation, below rows of the identity; the last parameter is the key."""
        collection, item = split(operation.path)
        for resource in self.contract.resources:
            if resource.path == collection:
                above = self.collection(resource, identity if identity != NOBODY else OWNER)
                return f"{above}/{key}" if item else above
        path = operation.path
        while "{" in path:
            path = path[: path.index("{")] + key + path[path.index("}") + 1 :]
        return path


def good_example(contract: Contract, schema: Schema) -> dict[str, Any]:
    """A body from the contract's own example, else from its rules."""
    for example in schema.get("examples", []):
        if isinstance(example, dict):
            given = plain(example)
            return {name: given[name] for name in given if name in schema["properties"]}
    return {
        name: make(contract, member)
        for name, member in schema.get("properties", {}).items()
        if not contract.shape(member).get("readOnly")
    }
