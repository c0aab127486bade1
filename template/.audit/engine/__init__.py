# Kept by the platform: docs/ownership.md says what that means.
"""Runs checks and reports what they find. It knows nothing of the things that are checked."""
