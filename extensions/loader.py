"""Load the blueprint package that belongs to this very version of the template.

During an update Copier holds two versions of the template in one process.
A plain import would give both of them the first version's code.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).resolve().parent / "blueprint"
NAME = f"blueprint_{sha256(str(PACKAGE).encode()).hexdigest()[:12]}"


def load() -> ModuleType:
    """Import the package beside this file under a name of its own."""
    spec = spec_from_file_location(NAME, PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{PACKAGE} is not a package")
    module = sys.modules[NAME] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Blueprint = load().Blueprint
