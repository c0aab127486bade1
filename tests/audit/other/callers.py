"""Who calls, what they may do, and how often."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import os
import threading
import time
from typing import Any

from wire import RefusedError, Request

SECRET = os.environ["SECRET"].encode()


def sign(text: bytes) -> str:
    """What nobody else can make of a text."""
    return hmac.new(SECRET, text, hashlib.sha256).hexdigest()


def seal(value: Any) -> str:
    """A value as a text that nobody can alter."""
    text = base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")
    return f"{text.decode()}.{sign(text)}"


def unseal(text: str) -> Any:
    """The value, or None if somebody has altered it."""
    sealed, _, signature = text.partition(".")
    if not hmac.compare_digest(
        sign(sealed.encode("latin-1", "replace")).encode(), signature.encode("utf-8", "replace")
    ):
        return None
    return json.loads(base64.urlsafe_b64decode(sealed + "=="))


class Limit:
    """So many requests in so many seconds, for each name."""

    def __init__(self, kind: str, told: str) -> None:
        quota, _, window = told.partition("/")
        self.kind, self.quota = kind, int(quota)
        self.window = int(window[:-1]) * {"s": 1, "m": 60, "h": 3600}[window[-1]]
        self.spent: dict[str, tuple[float, int]] = {}
        self.turn = threading.Lock()

    def left(self, name: str) -> dict[str, str]:
        """Says what is left, and takes none."""
        until, spent = self.spent.get(name, (0.0, 0))
        now = time.monotonic()
        return self.told(self.quota - spent if now < until else self.quota, max(math.ceil(until - now), 1))

    def told(self, left: int, wait: int) -> dict[str, str]:
        """The two headers."""
        policy = f'"{self.kind}";q={self.quota};w={self.window}'
        return {"RateLimit-Policy": policy, "RateLimit": f'"{self.kind}";r={max(left, 0)};t={wait}'}

    def take(self, name: str) -> dict[str, str]:
        """Takes one, and says what is left; refuses if there is none."""
        with self.turn:
            now = time.monotonic()
            until, spent = self.spent.get(name, (0.0, 0))
            if now >= until:
                until, spent = now + self.window, 0
            left, wait = self.quota - spent, max(math.ceil(until - now), 1)
            if left > 0:
                self.spent[name] = (until, spent + 1)
        told = self.told(left - 1, wait)
        if left <= 0:
            refused = RefusedError(429, "That was too often.", Retry_After=str(wait))
            refused.headers |= told
            raise refused
        return told


CALLERS = Limit("caller", os.environ.get("RATE_LIMIT_CALLER", "600/1m"))
ADDRESSES = Limit("address", os.environ.get("RATE_LIMIT_ADDRESS", "300/1m"))


def caller(request: Request, address: str, told: dict[str, str]) -> tuple[str, list[str]]:
    """Who asks, and what they may do."""
    kind, _, token = request.header("authorization").partition(" ")
    claims = unseal(token) if kind.lower() == "bearer" and "," not in token else None
    if not claims or claims["until"] < time.time():
        told |= ADDRESSES.take(address)
        raise RefusedError(401, "The credential is missing or not valid.", WWW_Authenticate="Bearer")
    told |= CALLERS.take(claims["subject"])
    return claims["subject"], claims["scopes"]
