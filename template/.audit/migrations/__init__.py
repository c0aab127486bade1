# Kept by the platform: docs/ownership.md says what that means.
"""Checks of the migrations: their text, what a linter says of them, and whether each can be taken back."""
