# Kept by the platform: docs/ownership.md says what that means.
"""Checks of the files of a service: what must be there, what must not be in them, and who owns which table."""
