"""How a model is given, with the real command: a word, a file, or the mapping itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support import Copy, commit, copier, recorded, write

RESOURCES = {"book": {"about": "A book.", "fields": {"title": "text", "isbn": {"type": "text", "unique": True}}}}


@pytest.mark.parametrize("said", ["word", "mapping", "file", "file of resources", "data file"])
def test_however_the_model_is_given_the_mapping_itself_is_recorded(template: Path, tmp_path: Path, said: str) -> None:
    """An update never reads the file again, nor does it depend on what the example is then."""
    files = {"whole.yml": RESOURCES, "model.yml": {"resources": RESOURCES}}
    write(tmp_path, {name: yaml.safe_dump(content, sort_keys=False) for name, content in files.items()})
    given: dict[str, list[str]] = {
        "word": ["-d", "resources=empty"],
        "mapping": ["-d", f"resources={yaml.safe_dump(RESOURCES, default_flow_style=True, sort_keys=False)}"],
        "file": ["-d", "resources=whole.yml"],
        "file of resources": ["-d", f"resources={tmp_path / 'model.yml'}"],
        "data file": ["--data-file", "model.yml"],
    }
    result = copier("copy", "--trust", "-l", *given[said], template, "service", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    service = tmp_path / "service"
    wanted = {} if said == "word" else RESOURCES
    assert recorded(service)["resources"] == wanted
    assert yaml.safe_load((service / "model.yml").read_text()) == {"resources": wanted}
    commit(service)
    (tmp_path / "model.yml").unlink()
    (tmp_path / "whole.yml").unlink()
    assert copier("update", "--trust", "-l", "service", cwd=tmp_path).returncode == 0
    assert recorded(service)["resources"] == wanted


@pytest.mark.parametrize(("auth", "owned"), [("api_key", [True, None, None]), ("none", [None, None, None])])
def test_the_example_fits_the_callers(copy: Copy, auth: str, owned: list[bool | None]) -> None:
    """Where nobody is known, no row can belong to anybody."""
    resources = recorded(copy({"auth": auth}))["resources"]
    assert [body.get("owned") for body in resources.values()] == owned
    assert list(resources) == ["customer", "invoice", "payment"]


def test_where_to_go_next_is_said_at_the_end(template: Path, tmp_path: Path) -> None:
    """Two commands, the folder quoted for the shell, and how to run the tests."""
    result = copier("copy", "--trust", "--defaults", template, "my service", cwd=tmp_path)
    assert "  cd 'my service'\n  make dev\n" in result.stderr
    assert "`make test`" in result.stderr
