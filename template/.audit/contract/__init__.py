# Kept by the platform: docs/ownership.md says what that means.
"""Checks of the contract itself, and of the service against it."""
