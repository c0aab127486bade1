# Kept by the platform: docs/ownership.md says what that means.
"""Who calls while `make audit` runs: bearers of tokens of the issuer of development."""

from __future__ import annotations

import os
from urllib.parse import urlencode
from urllib.request import urlopen


def headers(identity: str, scopes: tuple[str, ...], *_: object) -> dict[str, str] | None:
    """Returns the headers of a new token with those scopes, or None: a token cannot be revoked."""
    if identity == "revoked":
        return None
    subject = "stranger" if identity == "stranger" else "owner"
    seconds = -3600 if identity == "expired" else 900
    asked = [("audience", os.environ["OIDC_AUDIENCE"]), ("subject", subject), ("seconds", seconds)]
    asked += [("scope", scope) for scope in scopes]
    with urlopen(f"{os.environ['OIDC_ISSUER']}/token?{urlencode(asked)}", timeout=5) as answer:
        return {"Authorization": f"Bearer {answer.read().decode().strip()}"}
