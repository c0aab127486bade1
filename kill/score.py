"""Breaks the schema and the contract of a service, fault by fault, and tells which check finds each.

    source make/environment.sh && uv run --script kill/score.py SERVICE [schema|contract|unusual]

The exit code is 0 if every fault of A7 and SEC and at least 98 % of all are found, and nothing in what is unbroken.
"""
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

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENOUGH = 0.98


def main(service: str = ".", *which: str) -> int:
    """Prints a line for each fault, and the shares."""
    root = Path(service).resolve()
    sys.path.insert(0, str(root / ".audit"))
    from engine import catalogue, selftest, settings
    from engine.context import Context

    known = catalogue.load(root)
    verdicts = []
    with Context(root, settings.load(root)) as context:
        for name in which or ("contract", "schema", "unusual"):
            kind = selftest.contract if name == "contract" else selftest.schema
            for verdict in kind(context, known, HERE / f"{name}.yml"):
                print(selftest.line(verdict), flush=True)
                verdicts.append(verdict)
    found = [verdict for verdict in verdicts if verdict.state == selftest.FOUND]
    grave = [verdict for verdict in verdicts if verdict.expected.startswith(("A7.", "SEC."))]
    safe = [verdict for verdict in grave if verdict.state == selftest.FOUND]
    print(f"{len(found)} of {len(verdicts)} found; of A7 and security {len(safe)} of {len(grave)}")
    return 0 if len(safe) == len(grave) and len(found) >= ENOUGH * len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
