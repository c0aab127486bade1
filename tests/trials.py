"""Random years in the life of a service: what teams edit, what releases change, how models grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase

import yaml

from tests.releases import Platform, Team

LINE = "Yours below this line."


@dataclass
class Trial:
    """One service and one platform, and what must never be lost.

    Attributes:
        marks: Texts that the team wrote, each of which occurs nowhere else.
        log: What was done, for whoever has to find out why it failed.
    """

    platform: Platform
    team: Team
    random: Random
    marks: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    version: int = 0

    def mark(self) -> str:
        self.marks.append(f"mark{len(self.marks)}of{self.random.randrange(10**9)}")
        return self.marks[-1]

    def modules(self) -> list[str]:
        return sorted(folder.parent.name for folder in self.team.folder.glob("internal/*/store.go"))

    def module(self) -> str:
        return self.random.choice(self.modules())


def append(name: str, comment: str) -> Callable[[Trial], None]:
    """An edit: one more line at the end of a file, if the team still has it."""

    def edit(trial: Trial) -> None:
        file = name.replace("MODULE", trial.module())
        if (trial.team.folder / file).exists():
            trial.team.add(file, f"{comment} {trial.mark()}")

    return edit


def rename_a_file_of_a_module(trial: Trial) -> None:
    old = trial.team.folder / "internal" / trial.module() / "rest.go"
    if old.exists():
        text = old.read_text(encoding="utf-8")
        old.unlink()
        trial.team.edit({f"internal/{old.parent.name}/http.go": f"{text}\n// {trial.mark()}\n"})


def delete_a_file_of_a_module(trial: Trial) -> None:
    name = f"internal/{trial.module()}/access_test.go"
    if (trial.team.folder / name).exists():
        trial.team.edit({name: None})


def add_a_module(trial: Trial) -> None:
    name = f"ours{len(trial.marks)}"
    trial.team.edit({f"internal/{name}/{name}.go": f"// Package {name} is ours: {trial.mark()}.\npackage {name}\n"})


def add_a_migration(trial: Trial) -> None:
    name = f"db/migrations/2030{len(trial.marks):010}_ours.sql"
    trial.team.edit({name: f"-- migrate:up\n-- {trial.mark()}\n\n-- migrate:down\n"})


def add_a_workflow(trial: Trial) -> None:
    trial.team.edit({f".github/workflows/ours{len(trial.marks)}.yml": f"# {trial.mark()}\nname: ours\n"})


def edit_the_first_migration(trial: Trial) -> None:
    name = sorted((trial.team.folder / "db/migrations").glob("*_initial.sql"))[0].name
    trial.team.add(f"db/migrations/{name}", f"-- {trial.mark()}")


def describe_a_resource(trial: Trial) -> None:
    file = trial.random.choice(sorted((trial.team.folder / "api/rest").glob("*s.yaml")))
    name = file.relative_to(trial.team.folder).as_posix()
    trial.team.edit({name: trial.team.text(name).rstrip("\n") + f"\n# {trial.mark()}\n"})


def add_to_a_shared_list(trial: Trial) -> None:
    name = trial.random.choice(["internal/app/config.go", "internal/app/commands.go"])
    text, mark = trial.team.text(name), trial.mark()
    trial.team.edit({name: text.replace(f"// {LINE}\n", f"// {LINE}\n\t// {mark}\n", 1)})


EDITS: dict[str, Callable[[Trial], None]] = {
    "the rules of a module": append("internal/MODULE/service.go", "//"),
    "the statements of a module": append("internal/MODULE/queries.sql", "--"),
    "a renamed file of a module": rename_a_file_of_a_module,
    "a deleted file of a module": delete_a_file_of_a_module,
    "a module": add_a_module,
    "a description in a contract": describe_a_resource,
    "the contract": append("api/rest/common.yaml", "#"),
    "a migration": add_a_migration,
    "the first migration": edit_the_first_migration,
    "a target": append("Makefile", "#"),
    "a workflow": add_a_workflow,
    "a dependency": append("go.mod", "//"),
    "a variable": append(".env.example", "#"),
    "a shared list": add_to_a_shared_list,
    "the README": append("README.md", "Ours:"),
    "the rows for development": append("db/seed.sql", "--"),
    "a file of the platform": append("platform/rest/guard.go", "//"),
    "a page of the platform": append("docs/how-to/add-a-field.md", "Ours:"),
    "a rule of the linter": append(".golangci.yml", "#"),
    "ignored files": append(".gitignore", "# ours"),
}


def first_line(name: str, line: str) -> Callable[[Trial], dict[str, str | None]]:
    """A change of the template: a line in front of a file."""
    end = " #}" if line.endswith("{#") else ""
    return lambda trial: {name: f"{line} {trial.version}{end}\n" + trial.platform.text(name)}


def inside(name: str, old: str, new: str) -> Callable[[Trial], dict[str, str | None]]:
    """A change of the template: a text in a file becomes another one, once or again."""

    def change(trial: Trial) -> dict[str, str | None]:
        text = trial.platform.text(name)
        assert old in text, name
        return {name: text.replace(old, f"{old}{new.replace('N', str(trial.version))}", 1)}

    return change


def move_a_page(trial: Trial) -> dict[str, str | None]:
    old = "template/{{go}}/docs/how-to/add-a-field.md"
    if not (trial.platform.folder / old).exists():
        return {}
    return {old: None, old.replace("add-a-field", "new-field"): trial.platform.text(old)}


def drop_a_page(trial: Trial) -> dict[str, str | None]:
    name = "template/{{go}}/docs/how-to/extract-a-service.md"
    return {name: None} if (trial.platform.folder / name).exists() else {}


GO, PLATFORM = "template/{{go}}/", "template/{{go}}/platform/{{rest}}/"
RELEASES: dict[str, Callable[[Trial], dict[str, str | None]]] = {
    "a file of the platform": inside(PLATFORM + "guard.go", "package rest\n", "\n// Note N.\n"),
    "a new file of the platform": lambda trial: {f"{PLATFORM}news{trial.version}.go": "package rest\n"},
    "a page that goes": drop_a_page,
    "a page that moves": move_a_page,
    "a target": inside("template/make/platform.mk.jinja", "##@ Deliver\n", "\n# Note N.\n"),
    "the linter": inside(GO + ".golangci.yml.jinja", 'version: "2"\n', "# Note N.\n"),
    "the workflow": inside(GO + ".github/workflows/platform.yml", "name: platform\n", "# Note N.\n"),
    "what every contract shares": first_line("template/api/{{rest}}/common.yaml.jinja", "# Note"),
    "the README of new services": inside("template/README.md.jinja", "## Run it\n", "\nNote N.\n"),
    "the rules of new modules": first_line(
        GO + "internal/{% yield r from new.core %}{{ r.package }}{% endyield %}/service.go.jinja", "{#"
    ),
    "how a migration is printed": inside(
        "extensions/macros/sql.jinja", "drop index concurrently if exists {{ index.name }};", " -- Note N."
    ),
    "ignored files": inside("template/.gitignore.jinja", "/.local/\n", "/note-N/\n"),
    "the variables": inside("template/.env.example.jinja", "# Every setting of the service", ", note N,"),
    "the list of commands": inside(GO + "internal/app/commands.go.jinja", "// plain is a command", " (note N)"),
}

GROWTH: dict[str, Callable[[dict[str, dict[str, object]], int], object]] = {
    "a resource": lambda model, n: model.update({f"thing{n}": {"fields": {"name": "text"}}}),
    "a child": lambda model, n: model.update({f"part{n}": {"belongs_to": ["customer"], "fields": {"name": "text"}}}),
    "an optional field": lambda model, n: _field(model, _named("note", n), {"type": "text", "optional": True}),
    "a field with a default": lambda model, n: _field(model, _named("level", n), {"type": "integer", "default": 1}),
    "a filter": lambda model, n: _field(model, _named("kind", n), {"type": "text", "optional": True, "filter": True}),
    "an order": lambda model, n: _field(model, _named("rank", n), {"type": "integer", "default": 0, "sort": True}),
    "a value of an enum": lambda model, n: _values(model).append(f"state{n}"),
    "another default": lambda model, n: _fields(model)["status"].update(default=_values(model)[n % 2]),
    "a wider limit": lambda model, n: _fields(model)["number"].update(max_length=200 + n),
    "a unique list": lambda model, _: model["invoice"].update(unique=[["customer", "number"]]),
    "soft delete": lambda model, _: model["invoice"].update(soft_delete=True),
    "a field less": lambda model, _: _fields(model).pop("due_on", None),
}


def _named(word: str, number: int) -> str:
    """A name without a digit: fields that differ in a number only are refused."""
    return f"{word}_{ascii_lowercase[number // 26]}{ascii_lowercase[number % 26]}"


def _fields(model: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    fields = model["invoice"]["fields"]
    assert isinstance(fields, dict)
    return fields


def _values(model: dict[str, dict[str, object]]) -> list[str]:
    values = _fields(model)["status"]["values"]
    assert isinstance(values, list)
    return values


def _field(model: dict[str, dict[str, object]], name: str, body: dict[str, object]) -> None:
    _fields(model)[name] = body


def edit(trial: Trial) -> None:
    """The team works for a while."""
    for name in trial.random.sample(sorted(EDITS), trial.random.randint(2, 5)):
        trial.log.append(f"the team edits {name}")
        EDITS[name](trial)


def release(trial: Trial) -> None:
    """The platform changes a few things and tags them."""
    trial.version += 1
    names = trial.random.sample(sorted(RELEASES), trial.random.randint(1, 4))
    edits: dict[str, str | None] = {}
    for name in names:
        edits |= RELEASES[name](trial)
    trial.log.append(f"v1.{trial.version}.0 changes {', '.join(names)}")
    trial.platform.release(f"v1.{trial.version}.0", edits)


def grow(trial: Trial, *, without: tuple[str, ...] = ()) -> None:
    """The model changes in one or two ways."""
    model = yaml.safe_load(trial.team.text("model.yml"))
    for name in trial.random.sample(sorted(set(GROWTH) - set(without)), trial.random.randint(1, 2)):
        trial.log.append(f"the model gets {name}")
        GROWTH[name](model["resources"], len(trial.log))
    trial.team.edit({"model.yml": yaml.safe_dump(model, sort_keys=False)})
