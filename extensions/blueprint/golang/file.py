"""Finish a Go file as goimports and gofmt would: its imports, and the columns of its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..columns import aligned
from ..names import data

_PACKAGE = re.compile(r"^package \w+\n", re.MULTILINE)
_NOT_CODE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|`[^`]*`')
_USED = re.compile(r"(?<![\w.])([a-z]\w*)\.[A-Z]")


def gofile(text: str, module: str, modules: Mapping[str, str], places: Mapping[str, str]) -> str:
    """Add the imports that the code needs, and align it.

    Args:
        module: The module path of the service.
        modules: The packages of its resources by the names that the file calls them, if it puts them together.
        places: Packages that mean something else in this file, such as the `db` of a module.
    """
    code = _NOT_CODE.sub("", text)
    known = _known(module, modules) | {name: (f"{module}/{path}", "service") for name, path in places.items()}
    own = _PACKAGE.search(text)
    own_name = own[0].split()[1] if own else ""
    used = {name for name in _USED.findall(code) if name in known and (name != own_name or known[name][1] != "service")}
    groups = [
        _lines(sorted(known[name] + (name,) for name in used), group) for group in data("languages/go_imports.yml")
    ]
    block = "\n\n".join("\n".join(lines) for lines in groups if lines)
    if block:
        block = f'\nimport "{block.split(chr(34))[1]}"\n' if _single(block) else f"\nimport (\n{block}\n)\n"
    return aligned(_PACKAGE.sub(lambda match: match[0] + block, text, count=1))


def _single(block: str) -> bool:
    return "\n" not in block and block.startswith('\t"')


def _known(module: str, modules: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    groups: Mapping[str, Mapping[str, str]] = data("languages/go_imports.yml")
    known = {name: (path, group) for group, paths in groups.items() for name, path in paths.items()}
    known = {name: (re.sub(r"\Aservice/", f"{module}/", path), group) for name, (path, group) in known.items()}
    return known | {name: (f"{module}/internal/{package}", "service") for name, package in modules.items()}


def _lines(used: list[tuple[str, str, str]], group: str) -> list[str]:
    return [
        f'\t"{path}"' if path.removesuffix("/v5").rsplit("/", 1)[-1] == name else f'\t{name} "{path}"'
        for path, where, name in used
        if where == group
    ]
