"""What we rely on in Copier without a promise of its documentation: the first tests to fail after an upgrade."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from copier import run_copy, run_update
from copier._main import Worker
from copier.errors import UserMessageError

from tests.support import ANSWERS, ROOT, commit, copier, git, recorded, tree, write

SETTINGS = "_subdirectory: template\n_envops: {undefined: jinja2.StrictUndefined}\n"
EXTENSION = SETTINGS + (
    "_jinja_extensions:\n  - copier_template_extensions.TemplateExtensionLoader\n  - extensions/loader.py:Blueprint\n"
)
NAME = "name: {type: str, default: Ada}\n"
ANSWERS_TEMPLATE = {"template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}"}


def make(folder: Path, copier_yml: str, files: Mapping[str, str], tag: str = "v1.0.0") -> Path:
    """One version of a small template."""
    shutil.rmtree(folder / "template", ignore_errors=True)
    return commit(write(folder, {"copier.yml": copier_yml, **ANSWERS_TEMPLATE, **files}), tag)


def render(template: Path, service: Path, **answers: object) -> Path:
    run_copy(str(template), service, answers, defaults=True, unsafe=True, quiet=True)
    return commit(service)


def renew(service: Path, **answers: object) -> None:
    run_update(service, answers, defaults=True, overwrite=True, unsafe=True, quiet=True, context_lines=1000)


def package(version: str) -> dict[str, str]:
    """An extension of two modules, loaded as ours is."""
    return {
        "extensions/loader.py": (ROOT / "extensions" / "loader.py").read_text(encoding="utf-8"),
        "extensions/blueprint/value.py": f"VERSION = {version!r}\n",
        "extensions/blueprint/__init__.py": (
            "from copier_template_extensions import ContextHook\n"
            "from .value import VERSION\n"
            "class Blueprint(ContextHook):\n"
            "    def hook(self, context):\n"
            "        context['version'] = VERSION\n"
            "        context['folder'] = 'made'\n"
        ),
    }


def test_layers_flatten(tmp_path: Path) -> None:
    """A folder that renders to a dot vanishes; one that renders to nothing drops all that is below it."""
    layers = "go: {type: str, default: ., when: false}\nrust: {type: str, default: '', when: false}\n"
    files = {"template/{{go}}/cmd/main.go": "", "template/{{rust}}/src/main.rs": ""}
    service = render(make(tmp_path / "template", SETTINGS + layers, files), tmp_path / "service")
    assert set(tree(service)) == {ANSWERS, "cmd/main.go"}


def test_a_path_yields_in_each_part_and_the_file_sees_what_was_yielded(tmp_path: Path) -> None:
    """One template file becomes a file for each resource, in a folder of its own."""
    items = "things: {type: yaml, default: [a, b]}\n"
    x, y = (f"{{% yield {part} from things %}}{{{{ {part} }}}}{{% endyield %}}" for part in "xy")
    name = f"template/{x}/{y}.txt.jinja"
    service = render(make(tmp_path / "template", SETTINGS + items, {name: "{{ x }}{{ y }}"}), tmp_path / "service")
    assert {path: text for path, text in tree(service).items() if path != ANSWERS} == {
        f"{x}/{y}.txt": f"{x}{y}".encode() for x in "ab" for y in "ab"
    }


def test_a_part_that_yields_nothing_writes_nothing(tmp_path: Path) -> None:
    """A part that no resource lacks leaves no file and no folder with a name."""
    name = "template/{% yield x from [] %}{{ x }}{% endyield %}/file.txt"
    service = render(make(tmp_path / "template", SETTINGS, {name: ""}), tmp_path / "service")
    assert set(tree(service)) == {ANSWERS}


ONCE = {
    "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}applied: [invoice]\n",
    "template/{% yield x from ([] if applied is defined else ['invoice']) %}{{ x }}{% endyield %}/code.txt": "ours\n",
}


def test_an_extra_key_of_the_answers_file_survives_every_update(tmp_path: Path) -> None:
    """`applied` is no question, and yet reaches all three renders of an update, and the next one."""
    template = make(tmp_path / "template", SETTINGS + NAME, ONCE)
    service = render(template, tmp_path / "service")
    for version in ("v1.1.0", "v1.2.0"):
        make(template, SETTINGS + NAME, {**ONCE, "template/version.txt": version}, version)
        renew(service)
        commit(service)
        assert recorded(service)["applied"] == ["invoice"]


@pytest.mark.parametrize("fate", ["edited", "renamed", "deleted"])
def test_a_file_that_is_emitted_once_is_invisible_to_the_merge(tmp_path: Path, fate: str) -> None:
    """What the team did to its module stays as the team left it."""
    template = make(tmp_path / "template", SETTINGS + NAME, ONCE)
    service = render(template, tmp_path / "service")
    code = service / "invoice" / "code.txt"
    match fate:
        case "edited":
            code.write_text("theirs\n")
        case "renamed":
            code.rename(service / "invoice" / "other.txt")
        case _:
            code.unlink()
    before = tree(commit(service))
    make(template, SETTINGS + NAME, {name: text.replace("ours", "newer") for name, text in ONCE.items()}, "v2.0.0")
    renew(service)
    assert {**tree(service), ANSWERS: b""} == {**before, ANSWERS: b""}


def test_a_file_that_is_skipped_if_it_exists_comes_back_when_it_was_deleted(tmp_path: Path) -> None:
    """`_skip_if_exists` keeps edits but not a deletion: good for a README, bad for a module."""
    settings = SETTINGS + "_skip_if_exists: [/README.md, /notes.md]\n"
    template = make(tmp_path / "template", settings, {"template/README.md": "1\n", "template/notes.md": "1\n"})
    service = render(template, tmp_path / "service")
    (service / "README.md").write_text("theirs\n")
    (service / "notes.md").unlink()
    commit(service)
    make(template, settings, {"template/README.md": "2\n", "template/notes.md": "2\n"}, "v2.0.0")
    renew(service)
    assert (service / "README.md").read_text() == "theirs\n"
    assert (service / "notes.md").read_text() == "2\n"


def test_two_versions_of_the_extension_live_in_one_process(tmp_path: Path) -> None:
    """An update renders the old version with the old modules and the new version with the new ones."""
    file = {"template/{{ folder }}/version.txt.jinja": "{{ version }}\n"}
    template = make(tmp_path / "template", EXTENSION, {**file, **package("one")})
    service = render(template, tmp_path / "service")
    make(template, EXTENSION, {**file, **package("two")}, "v2.0.0")
    renew(service)
    assert (service / "made" / "version.txt").read_text() == "two\n"
    assert git(service, "status", "--porcelain", "--", "made") == " M made/version.txt\n"


@pytest.mark.parametrize("place", ["a path", "a file", "a question"])
def test_what_the_hook_adds_is_there(tmp_path: Path, place: str) -> None:
    """What the hook puts into the context reaches paths, files and the defaults of questions."""
    question = "name: {type: str, default: '{{ folder }}'}\n"
    file = {"template/{{ folder }}/name.txt.jinja": "{{ name }} {{ version }}"}
    service = render(
        make(tmp_path / "template", EXTENSION + question, {**file, **package("one")}), tmp_path / "service"
    )
    assert tree(service)["made/name.txt"] == b"made one", place


HOOK = (
    "from copier.errors import UserMessageError\n"
    "from copier_template_extensions import ContextHook\n"
    "class Blueprint(ContextHook):\n"
    "    def hook(self, context):\n"
    "        if context.get('name') == 'bad':\n"
    "            raise UserMessageError('The name is bad.')\n"
)


def refusing(tmp_path: Path, questions: str) -> Path:
    """A template whose hook refuses a name."""
    files = {
        "extensions/loader.py": (ROOT / "extensions" / "loader.py").read_text(encoding="utf-8"),
        "extensions/blueprint/__init__.py": HOOK,
        "template/x.txt.jinja": "{{ name }}",
    }
    return make(tmp_path / "template", EXTENSION + questions, files)


def test_a_condition_of_the_first_question_calls_the_hook_before_any_check(tmp_path: Path) -> None:
    """A refusal of the hook is one sentence on the command line, and nothing is left behind."""
    question = "name: {type: str, default: Ada, ask: '{{ true }}'}\nsize: {type: str, choices: [s, m]}\n"
    template = refusing(tmp_path, question)
    result = copier("copy", "--trust", "-d", "name=bad", "-d", "size=xl", template, "service", cwd=tmp_path)
    assert (result.returncode, result.stderr.strip()) == (1, "The name is bad.")
    assert not (tmp_path / "service").exists()


def test_a_validator_cannot_refuse_in_one_sentence(tmp_path: Path) -> None:
    """Whatever a validator raises becomes Copier's ValueError and a traceback; hence the hook."""
    question = "name: {type: str, default: Ada, validator: '{{ name | upper }}'}\n"
    template = make(tmp_path / "template", SETTINGS + question, {})
    with pytest.raises(ValueError, match="Validation error for question 'name': ADA"):
        render(template, tmp_path / "service")


def test_a_choice_that_went_away_resets_the_answer_in_silence(tmp_path: Path) -> None:
    """Copier would take the default; hence the hook looks at recorded answers too."""
    template = make(tmp_path / "template", SETTINGS + "size: {type: str, choices: [s, m], default: s}\n", {})
    service = render(template, tmp_path / "service", size="m")
    make(template, SETTINGS + "size: {type: str, choices: [s], default: s}\n", {}, "v2.0.0")
    renew(service)
    assert recorded(service)["size"] == "s"


def test_a_question_that_is_not_asked_keeps_its_answer_and_takes_a_new_one(tmp_path: Path) -> None:
    """`ask: false` is stored; only data changes it."""
    template = make(tmp_path / "template", SETTINGS + "name: {type: str, default: Ada, ask: false}\n", {})
    service = render(template, tmp_path / "service", name="Bo")
    renew(service)
    assert recorded(service)["name"] == "Bo"
    renew(service, name="Cy")
    assert recorded(service)["name"] == "Cy"


def test_an_update_replays_the_recorded_answers_as_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old render is given keys with an underscore, the new one `applied`: by these we know a replay."""
    service = render(make(tmp_path / "template", SETTINGS + NAME, ONCE), tmp_path / "service")
    ask, seen = Worker._ask, []

    def spy(worker: Worker) -> None:
        seen.append(sorted(worker.data))
        ask(worker)

    monkeypatch.setattr(Worker, "_ask", spy)
    renew(service)
    assert seen == [["_commit", "_src_path", "applied", "name"], [], ["applied", "name"]]


def test_the_phase_tells_questions_from_files(tmp_path: Path) -> None:
    """The hook builds the model only when files are rendered."""
    template = make(
        tmp_path / "template",
        SETTINGS + "name: {type: str, default: '{{ _copier_phase }}'}\n",
        {"template/phase.txt.jinja": "{{ name }} {{ _copier_phase }}"},
    )
    service = render(template, tmp_path / "service")
    assert tree(service)["phase.txt"] == b"prompt render"


def test_a_hook_that_refuses_raises_for_python_callers(tmp_path: Path) -> None:
    """Tests see the refusal as an exception with the sentence in it."""
    template = refusing(tmp_path, "name: {type: str, default: Ada, ask: '{{ true }}'}\n")
    with pytest.raises(UserMessageError, match=r"^The name is bad\.$"):
        render(template, tmp_path / "service", name="bad")
