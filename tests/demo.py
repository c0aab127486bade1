"""Write the default service, start it, call it, show what it answered, and stop it: `make demo`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.service import Client, Reply, write
from tests.support import snapshot

INVOICE = {"number": "2026-001", "total": {"amount": 125000, "currency": "EUR"}, "due_on": "2026-12-31"}


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


@contextmanager
def step(text: str) -> Iterator[None]:
    say(f"· {text} …")
    start = time.monotonic()
    yield
    say(f"  done in {time.monotonic() - start:.1f} s")


def show(what: str, reply: Reply, wanted: int) -> Reply:
    """Print one call; stop if it was not answered as it should."""
    say(f"  {what:<46} {reply.status}  {_short(reply)}")
    if reply.status != wanted:
        sys.exit(f"{what}: expected {wanted}, got {reply.status}: {reply.body}")
    return reply


def _short(reply: Reply) -> str:
    if isinstance(reply.body, dict) and "code" in reply.body:
        places = [error.get("pointer") or error.get("parameter", "") for error in reply.body.get("errors", [])]
        return " ".join([reply.body["code"], *places])
    if isinstance(reply.body, dict) and "data" in reply.body:
        return f"{len(reply.body['data'])} item(s), {'more follow' if reply.body['next_cursor'] else 'the last page'}"
    return reply.headers.get("ETag", reply.headers.get("Etag", ""))


def calls(client: Client) -> None:
    """Create, list, page, patch, conflict, delete."""
    show("GET /v1/customers without a key", Client(client.base).call("GET", "/v1/customers"), 401)
    customer = {"name": "Ada Lovelace", "email": "ada@example.com"}
    ada = show("POST /v1/customers", client.call("POST", "/v1/customers", customer), 201)
    show("POST /v1/customers, the same email again", client.call("POST", "/v1/customers", customer), 409)
    show("POST /v1/customers, no email", client.call("POST", "/v1/customers", {"name": "Nobody"}), 400)
    invoice = {**INVOICE, "customer_id": ada.body["id"]}
    first = show("POST /v1/invoices", client.call("POST", "/v1/invoices", invoice), 201)
    show("POST /v1/invoices", client.call("POST", "/v1/invoices", {**invoice, "number": "2026-002"}), 201)
    page = show("GET /v1/invoices?limit=1", client.call("GET", "/v1/invoices?limit=1"), 200)
    cursor = page.body["next_cursor"]
    show("GET the next page", client.call("GET", f"/v1/invoices?limit=1&cursor={cursor}"), 200)
    path, tag = f"/v1/invoices/{first.body['id']}", first.headers["Etag"]
    show("PATCH the invoice without If-Match", client.call("PATCH", path, {"status": "OPEN"}), 428)
    show("PATCH the invoice", client.call("PATCH", path, {"status": "OPEN"}, If_Match=tag), 200)
    show("PATCH it with the old ETag", client.call("PATCH", path, {"status": "PAID"}, If_Match=tag), 412)
    show("DELETE the customer, who has invoices", client.call("DELETE", f"/v1/customers/{ada.body['id']}"), 409)
    show("DELETE the invoice", client.call("DELETE", path), 204)
    show("GET the invoice", client.call("GET", path), 404)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        with step("copier copy: write the billing service"):
            service = write(snapshot(Path(folder) / "template"), Path(folder) / "billing")
        try:
            with step("make build: generate code from contracts and queries, compile"):
                service.make("build")
            with step("make run: start PostgreSQL, migrate, serve"), service.running() as address:
                say(f"  it answers at {address}")
                calls(Client(address, service.key()))
        finally:
            service.clean()
    say("Stopped. Nothing is left behind.")


if __name__ == "__main__":
    main()
