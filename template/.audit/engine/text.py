# Kept by the platform: docs/ownership.md says what that means.
"""Reads YAML strictly: no member twice, and each mapping knows where it stands."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from engine.model import BrokenError

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node(dict[str, Any]):
    """A mapping that remembers its place, as file:line, and the name by which it was referred to."""

    place: str = ""
    name: str = ""


class _Strict(Loader):  # type: ignore[misc]
    """Refuses a member that is there twice, and notes places."""

    file = ""


def _mapping(loader: Any, node: Any) -> Node:
    found = Node()
    found.place = f"{loader.file}:{node.start_mark.line + 1}"
    loader.flatten_mapping(node)
    for name_node, value_node in node.value:
        name = loader.construct_object(name_node, deep=True)
        if not isinstance(name, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a member needs a name", name_node.start_mark)
        if name in found:
            raise yaml.constructor.ConstructorError(None, None, f"{name} is there twice", name_node.start_mark)
        found[name if isinstance(name, str) else str(name)] = loader.construct_object(value_node, deep=True)
    return found


def _text(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)
_Strict.add_constructor("tag:yaml.org,2002:timestamp", _text)  # dates stay what was written


def read(file: Path, name: str) -> Any:
    """Returns what a YAML file holds. `name` is how messages call it."""
    try:
        with file.open(encoding="utf-8") as stream:
            loader = _Strict(stream)
            loader.file = name
            return loader.get_single_data()
    except FileNotFoundError:
        raise BrokenError(f"{name} is not there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenError(f"{name} cannot be read: {error}.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrokenError(f"{name} is not well-formed in line {line}: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise BrokenError(f"{name} is not well-formed: {' '.join(str(error).split())}.") from None


def mapping(file: Path, name: str) -> Node:
    """Returns the mapping that a YAML file holds."""
    found = read(file, name)
    if not isinstance(found, Node):
        raise BrokenError(f"{name} must be a mapping.")
    return found
