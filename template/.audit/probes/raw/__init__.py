# Kept by the platform: docs/ownership.md says what that means.
"""Requests as bytes: the vectors, the connection that sends them, and the kind of check that judges the answers."""

from probes.raw.kind import KIND, run

__all__ = ["KIND", "run"]
