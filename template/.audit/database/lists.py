# Kept by the platform: docs/ownership.md says what that means.
"""Reads every list in each order and by each filter, and notes what the service sends to its database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from database.wire import Wire, between
from engine.context import Context
from engine.model import UnavailableError
from probes.catalogue import read
from probes.client import Client
from probes.contract import Contract, Operation, Resource
from probes.world import World

GENEROUS = {"RATE_LIMIT_CALLER": "600000/1m", "RATE_LIMIT_ADDRESS": "600000/1m"}


def sent(context: Context) -> list[tuple[str, str]]:
    """Returns each statement once, by the request that sent it first; UnavailableError if nobody can listen."""
    url = str(context.service.get("service_url", ""))
    if not url:
        raise UnavailableError("The hook up names no service_url, so that nobody can see what the service sends.")
    contract = Contract(context.contract)
    with between(url) as (address, wire), context.restart({**GENEROUS, "AUDIT_DATABASE_URL": address}) as base_url:
        client = Client(base_url, contract, context.credentials)
        with context.connect() as connection:
            world = World(client, read(connection), connect=context.connect)
        names: dict[str, str] = {}
        for name in visit(world):
            for statement in list(wire.statements):
                names.setdefault(statement, name)
        return _listed(names, wire)


def _listed(names: dict[str, str], wire: Wire) -> list[tuple[str, str]]:
    return [(names.get(statement, "in the background"), statement) for statement in list(wire.statements)]


def visit(world: World) -> Iterator[str]:
    """Sends the requests; yields the name of each after it."""
    for resource in world.contract.resources:
        operation = resource.can("list")
        if operation is None:
            continue
        row = alike(world, resource, operation) if resource.can("create") else {}
        yield f"POST {resource.path}"
        for words in choices(operation, row):
            yield from pages(world, resource, operation, words)


def alike(world: World, resource: Resource, operation: Operation) -> dict[str, Any]:
    """Makes three rows that share what lists can be filtered by, as far as it is not unique; returns the last."""
    first = world.create(resource)
    unique = {name for names in world.uniques(resource) for name in names}
    names = {p.name for p in operation.parameters if p.place == "query"} & first.sent.keys() - unique
    shared = {name: first.sent[name] for name in names}
    made = [world.create(resource, **shared) for _ in range(2)]
    return dict(made[-1].answer.json)


def choices(operation: Operation, row: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Each order without a filter, and each filter of which the row has a value, newest first.

    A filter in another order is not among them: it reads what it finds by the one index and sorts it, or reads in the
    order of the other one and filters. An index for every pair would cost more than it gives.
    """
    query = [p for p in operation.parameters if p.place == "query" and p.name not in ("limit", "cursor", "sort")]
    sort = operation.parameter("query", "sort")
    orders: list[dict[str, str]] = [
        {},
        *({"sort": str(order)} for order in (sort.schema.get("enum", []) if sort else [])),
    ]
    filters = [{p.name: text(row[p.name])} for p in query if row.get(p.name) is not None]
    yield from orders
    yield from filters


def text(value: Any) -> str:
    """A value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def pages(world: World, resource: Resource, operation: Operation, words: dict[str, str]) -> Iterator[str]:
    """The first page, and the one after it if there is one."""
    shown = "&".join(name if name != "sort" else f"sort={value}" for name, value in words.items())
    name = f"{operation.name}{'?' if shown else ''}{shown}"
    path = world.collection(resource)
    first = world.client.send("GET", f"{path}?{urlencode({**words, 'limit': '1'})}")
    yield name
    cursor = first.get("next_cursor")
    if isinstance(cursor, str):
        world.client.send("GET", f"{path}?{urlencode({**words, 'limit': '1', 'cursor': cursor})}")
        yield f"{name}, the next page"
