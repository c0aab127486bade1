"""The documents tell the truth as far as a program can see: links, targets, diagrams, and nothing of a template."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from copier import run_copy

from tests.markdown import broken, called, diagrams, documents, first_cells, targets
from tests.service import Service
from tests.support import ANSWERS, ROOT, Answers, git

MODELS = ROOT / "tests" / "models"
SERVICES: dict[str, Answers] = {
    "billing": {},
    "empty": {"resources": "empty"},
    "open": {"auth": "none"},
    "header": {"api_versioning": "header"},
    "redis": {"cache": "redis"},
    "redis-empty": {"cache": "redis", "resources": "empty", "auth": "none"},
    "oidc": {"auth": "oidc"},
    "accounts": {"auth": "accounts"},
    "accounts-empty": {"auth": "accounts", "resources": "empty"},
    "single": {"resources": str(MODELS / "single.yml")},
    "single-open": {"resources": str(MODELS / "single.yml"), "auth": "none"},
    "related": {"resources": str(MODELS / "self_reference.yml")},
    "reserved": {"resources": str(MODELS / "reserved.yml")},
}
DIAGRAMS = {"flowchart", "erDiagram", "sequenceDiagram", "stateDiagram-v2"}
LEFT_OVER = re.compile(r"{{|{%|{#|%}|}}")
BETRAYAL = re.compile(r"\b(?:template|jinja|scaffold|boilerplate|backend architect)", re.IGNORECASE)


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh service for each kind of answers that documents depend on."""
    folder = tmp_path_factory.mktemp("documents") / "service"
    run_copy(str(template), folder, dict(SERVICES[request.param]), defaults=True, unsafe=True, quiet=True)
    Service(folder).make(".local/made/checklist")
    return folder


def test_every_link_of_a_service_leads_somewhere(service: Path) -> None:
    """A document that sends its reader to a file that is not there is worse than none."""
    assert {str(file): bad for file in documents(service) if (bad := broken(file, service))} == {}


def test_every_target_that_a_service_names_can_be_made(service: Path) -> None:
    """A command in a document can be typed."""
    known = targets(service / "Makefile", *(service / "make").glob("*.mk"))
    assert {str(file): bad for file in documents(service) if (bad := called(file) - known)} == {}


def test_every_diagram_of_a_service_begins_as_one(service: Path) -> None:
    """What is marked as Mermaid is drawn and not shown as an error; names in it are quoted or safe."""
    drawn = [diagram for file in documents(service) for diagram in diagrams(file)]
    assert drawn
    assert {diagram.split(maxsplit=1)[0] for diagram in drawn} <= DIAGRAMS


def test_no_document_of_a_service_shows_how_it_came_to_be(service: Path) -> None:
    """A service is a service: no braces left over, and no word of a template."""
    for file in documents(service):
        text = file.read_text(encoding="utf-8")
        assert not LEFT_OVER.search(text), file
        assert not BETRAYAL.search(text), (file, BETRAYAL.search(text))


def test_what_a_part_brings_is_shown_as_its_card_says_it(service: Path) -> None:
    """Its text is Markdown already: escaped once more, a reader sees backslashes."""
    pages = (service / "README.md", *(service / "docs" / "adr").glob("0002-*.md"))
    assert len(pages) == 2
    assert [page.name for page in pages if "\\`" in page.read_text(encoding="utf-8")] == []


def test_the_readme_shows_a_call_that_the_contract_takes(service: Path) -> None:
    """The first call that a developer copies is answered with what the text promises."""
    text = (service / "README.md").read_text(encoding="utf-8")
    body = re.search(r"-d '(.*)'", text)
    addresses = set(re.findall(r"localhost:8080(/(?!openapi)[\w/-]+)", text))
    contract = yaml.safe_load((service / "api/rest/openapi.yaml").read_text(encoding="utf-8"))
    assert addresses <= contract["paths"].keys()
    assert bool(addresses) == bool(body)
    assert ("$key" in text) == ("securitySchemes" in str(contract) and bool(body))


def test_the_page_of_the_model_names_every_table(service: Path) -> None:
    """Who asks what the service keeps learns of the tables that no model speaks of, too."""
    page = (service / "docs" / "model.md").read_text(encoding="utf-8")
    migrations = "\n".join(file.read_text(encoding="utf-8") for file in (service / "db" / "migrations").glob("*.sql"))
    tables = {name.strip('"') for name in re.findall(r"^create table (\S+)", migrations, re.MULTILINE)}
    assert "idempotency_replies" in tables
    assert {table for table in tables if f"`{table}`" not in page} == set()


def test_the_data_flows_say_what_deleting_leaves(service: Path) -> None:
    """Who asks how long something personal is kept is not told that deleting ends it where it only hides a row."""
    answers = yaml.safe_load((service / ANSWERS).read_text(encoding="utf-8"))
    hides = any(resource.get("soft_delete") for resource in (answers["resources"] or {}).values())
    flows = yaml.safe_load((service / "docs" / "data-flows.yaml").read_text(encoding="utf-8"))
    kept = next(flow["retention"] for flow in flows if flow["setting"] == "DATABASE_URL")
    assert ("for good where deleting only hides it" in kept) == hides


def test_no_comment_of_a_module_speaks_of_what_its_resource_does_not_have(service: Path) -> None:
    """Who reads which errors a store has does not look for one that cannot come."""
    answers = yaml.safe_load((service / ANSWERS).read_text(encoding="utf-8"))
    had = {}
    for name, body in (answers["resources"] or {}).items():
        fields = [field for field in body.get("fields", {}).values() if isinstance(field, dict)]
        unique = "unique" in body or any(field.get("unique") for field in fields)
        filters = "belongs_to" in body or any(field.get("filter") for field in fields)
        had[name] = (unique, "belongs_to" in body, filters)
    sentences = ("a unique value is taken", "a reference leads nowhere", "A nil filter keeps everything")
    texts = {file.parent.name: file.read_text(encoding="utf-8") for file in service.glob("internal/*/store.go")}
    said = {name: tuple(sentence in text for sentence in sentences) for name, text in texts.items()}
    assert {name: said[name] for name in had if name in said} == {name: had[name] for name in had if name in said}


SOURCES = ("*.go", "*.py", "*.mk", "*.sh")


def test_every_message_that_a_service_explains_is_one_that_it_prints(service: Path) -> None:
    """Who searches for what was printed finds it, word for word; values are shown as an ellipsis."""
    sources = [file for pattern in SOURCES for file in service.rglob(pattern)]
    printed = "\n".join(file.read_text(encoding="utf-8") for file in sources).replace('\\"', '"')
    explained = first_cells(service / "docs" / "messages.md")
    parts = {part.strip() for message in explained for part in message.split("…") if len(part.strip()) > 6}
    assert len(parts) > 20
    assert {part for part in parts if part not in printed} == set()


OWN = [ROOT / name for name in git(ROOT, "ls-files", "-co", "--exclude-standard", "*.md").splitlines()]
REPOSITORY = [file for file in OWN if file.exists() and "template" not in file.relative_to(ROOT).parts[:1]]


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", [file for file in REPOSITORY if "pieces" not in file.parts], ids=named)
def test_every_link_of_the_repository_leads_somewhere(file: Path) -> None:
    """The documents of the template keep to the same rule."""
    assert broken(file, ROOT) == []


@pytest.mark.parametrize("file", REPOSITORY, ids=named)
def test_every_target_that_the_repository_names_can_be_made(file: Path) -> None:
    """Here, or in a service."""
    known = targets(ROOT / "Makefile", *(ROOT / "template").rglob("*.mk"), *(ROOT / "template").rglob("*.mk.jinja"))
    assert called(file) <= known


def test_every_test_that_a_document_names_is_there() -> None:
    """A checklist that points to a proof points to one that exists."""
    sources = [file for folder in ("template", "extensions") for file in (ROOT / folder).rglob("*") if file.is_file()]
    texts = {file: file.read_text(encoding="utf-8", errors="ignore") for file in sources if file.suffix != ".pyc"}
    stems = (".md", ".md.jinja")
    named_tests = {
        name
        for file, text in texts.items()
        if file.name.endswith(stems)
        for name in re.findall(r"(?<!func )\bTest[A-Z]\w+", text)
    }
    code = "\n".join(text for file, text in texts.items() if not file.name.endswith(stems))
    assert {name for name in named_tests if f"func {name}" not in code} == set()


def test_the_rules_of_this_file_find_something(tmp_path: Path) -> None:
    """A check that cannot fail is none."""
    page = tmp_path / "page.md"
    page.write_text("# A title\n\n[a](gone.md) [b](#a-title) [c](#other) `make nothing x=1`\n", encoding="utf-8")
    assert broken(page, tmp_path) == ["gone.md", "#other"]
    assert called(page) == {"nothing"}


NOT_OURS = re.compile(r"\.sum$|\.json$|/\.local/|/__pycache__/")
OWNER = re.compile(r"^\| \*\*(\w+)\*\* \|(.*?)\|", re.MULTILINE)


def owned(service: Path) -> dict[str, list[str]]:
    """For each owner, the files and folders that the page names."""
    page = (service / "docs" / "ownership.md").read_text(encoding="utf-8")
    return {owner: re.findall(r"`([^`]+)`", row) for owner, row in OWNER.findall(page)}


def test_every_file_has_an_owner(service: Path) -> None:
    """Who wonders whether they may edit a file finds it; the page speaks of the answers file apart."""
    places = [place for named in owned(service).values() for place in named]
    names = [file.relative_to(service).as_posix() for file in service.rglob("*") if file.is_file()]
    theirs = [name for name in names if not name.startswith((".local/", *places)) and "__pycache__" not in name]
    assert [name for name in theirs if not any(fnmatch(name, place) for place in places)] == [ANSWERS]


def test_every_file_that_the_platform_keeps_says_so(service: Path) -> None:
    """Who opens a file learns whose it is; a lock file and JSON have no room for it."""
    places = owned(service)
    others = (*places["team"], *places["shared"], *places["tool"])
    told, kept = set(), set()
    for file in (file for file in service.rglob("*") if file.is_file() and not NOT_OURS.search(file.as_posix())):
        name = file.relative_to(service).as_posix()
        if "Kept by the platform" in file.read_text(encoding="utf-8").partition("\n")[0]:
            told.add(name)
        if name.startswith(tuple(places["platform"])) and not name.startswith(others):
            kept.add(name)
    assert kept == told
