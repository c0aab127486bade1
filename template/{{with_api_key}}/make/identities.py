# Kept by the platform: docs/ownership.md says what that means.
"""Who calls while `make audit` runs: API keys of two owners, of a reader, and keys that let nobody in any more."""

from __future__ import annotations

from collections.abc import Callable

EXPIRE = "update api_keys set expires_at = now() - interval '1 hour' where prefix = %s"


def headers(
    identity: str, scopes: tuple[str, ...], service: Callable[..., str], change: Callable[[str, str], None]
) -> dict[str, str] | None:
    """Returns the headers of a new key with those scopes. `service` runs a command of it, `change` a statement."""
    subject = "stranger" if identity == "stranger" else "owner"
    key = service("keys", "create", "--subject", subject, *(word for scope in scopes for word in ("--scope", scope)))
    prefix = key.split("_")[1]
    if identity == "revoked":
        service("keys", "revoke", prefix)
    if identity == "expired":
        change(EXPIRE, prefix)
    return {"Authorization": f"Bearer {key}"}
