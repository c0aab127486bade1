# Kept by the platform: docs/ownership.md says what that means.
"""Checks of the database: what its catalogue says, how it behaves, and how it plans."""
