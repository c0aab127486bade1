# Kept by the platform: docs/ownership.md says what that means.
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "httpx==0.28.1",
#   "jsonschema==4.26.0",
#   "jsonschema-rs==0.60.3",
#   "psycopg[binary]==3.3.9",
#   "pyyaml==6.0.3",
# ]
# ///
"""Proves the checklist on a service: `uv run --script .audit/audit.py --help`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.pycache_prefix = str(Path.cwd() / ".local" / "python")  # nothing is left in the folders of the service

from engine.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
