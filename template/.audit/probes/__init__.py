# Kept by the platform: docs/ownership.md says what that means.
"""Probes of the running service: requests made up from the contract, answers held against it and the house profile."""
