"""The budgets of the design: templates print, Python decides, and a path is a name."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

TEMPLATE = ROOT / "template"
FILES = sorted(file for file in TEMPLATE.rglob("*") if file.is_file() and file.parent.name != "__pycache__")

CONTROL = re.compile(
    r"{%-?\+?\s*(?:if|elif|else|endif|for|endfor|macro|endmacro|call|endcall|set|endset|block|endblock)\b"
)
OPENING = re.compile(r"{%-?\+?\s*(?:if|for)\b")
CLOSING = re.compile(r"{%-?\+?\s*(?:endif|endfor)\b")

VARIABLE = r"{{ ?[a-z_][\w.]* ?}}"
YIELD = rf"{{% yield \w+ from [\w.]+ %}}{VARIABLE}{{% endyield %}}"
PATH_PART = re.compile(rf"\A(?:[^{{}}%]|{VARIABLE})+\Z|\A[^{{}}%]*{YIELD}[^{{}}%]*\Z")
NOT_ON_WINDOWS = re.compile(r'["|<>:?*\\]')


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def control(file: Path) -> int:
    return sum(bool(CONTROL.search(line)) for line in lines(file))


def nesting(file: Path) -> int:
    depth = deepest = 0
    for line in lines(file):
        for _ in OPENING.findall(line):
            depth += 1
            deepest = max(deepest, depth)
        depth -= len(CLOSING.findall(line))
    return deepest


def test_at_most_three_lines_in_a_hundred_decide_anything() -> None:
    """What a reader sees is the service, not the template."""
    assert sum(map(control, FILES)) <= 0.03 * sum(len(lines(file)) for file in FILES)


def test_most_files_decide_nothing() -> None:
    """At least 60 % are without a single control line."""
    assert sum(control(file) == 0 for file in FILES) >= 0.6 * len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(TEMPLATE).as_posix())
def test_a_file_is_readable(file: Path) -> None:
    """At most ten control lines, nested at most twice."""
    assert control(file) <= 10
    assert nesting(file) <= 2


# git would obey a .gitignore in this repository too, so that one has the suffix in any case.
TEMPLATES = [file for file in FILES if file.suffix == ".jinja" and file.name != ".gitignore.jinja"]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(TEMPLATE).as_posix())
def test_a_template_prints_something(file: Path) -> None:
    """A file without substitutions has no .jinja suffix, so that the tools of its own language read it."""
    assert re.search(r"{{|{%", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(TEMPLATE).as_posix())
def test_a_path_is_names_variables_or_one_yield(file: Path) -> None:
    """What needs an expression gets a name in the blueprint; and Windows can hold every path."""
    for part in file.relative_to(TEMPLATE).parts:
        assert PATH_PART.match(part), part
        assert not NOT_ON_WINDOWS.search(part), part


def test_the_counters_count() -> None:
    """A budget that cannot be exceeded is none."""
    assert CONTROL.search("a {%- if x %}")
    assert not CONTROL.search("{% filter aligned %}{{ x }}")
    for part in (
        "{{go}}",
        "{{ r.package }}_test.go.jinja",
        "{% yield r from new.rest %}{{ r.package }}{% endyield %}.go",
    ):
        assert PATH_PART.match(part)
    for part in ("{% if x %}a{% endif %}", "{{ x | lower }}", "{{ 'a' }}", "{{ x if y }}"):
        assert not PATH_PART.match(part)


def test_no_script_has_a_name_of_the_standard_library() -> None:
    """A script finds what lies beside it first, and a library that asks for `platform` would get ours."""
    folders = (ROOT / "tests", ROOT / "bench", TEMPLATE / "make")
    names = {file.name.split(".")[0] for folder in folders for file in folder.glob("*.py*")}
    assert names & sys.stdlib_module_names == set()
