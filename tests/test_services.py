"""What a developer gets works: services written by the real command build, migrate, start and pass their own tests."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import demo
from tests.combinations import PAIRWISE, answers_of, label, with_news
from tests.new_version import begin_version
from tests.postgres import MissingError, server
from tests.service import Client, Service, audited, free_ports, lend_tools, write
from tests.support import ROOT, Answers, commit, git, tree

MODELS = sorted(file.stem for file in (ROOT / "tests" / "models").glob("*.yml"))
LARGE = (("fifty",), ("limits", "names"))
SMALL = sorted(
    (name for name in MODELS if name not in chain(*LARGE, ["empty"])),
    key=lambda name: -(ROOT / "tests" / "models" / f"{name}.yml").stat().st_size,  # who says most is audited
)
DEFAULT, *OTHERS = PAIRWISE
HEADER = {"api_versioning": "header"}
# Every model once, and every two answers together at least once: some services have the resources of two models.
ZOO = [(SMALL[n :: len(PAIRWISE)], answers) for n, answers in enumerate([*OTHERS, DEFAULT])]
# Every answer once, and those of the default service with it; `make matrix` audits every two.
AUDITED = [answers for answers in with_news(PAIRWISE) if answers != DEFAULT]
NASTY = (
    'Sends "invoices" & `payments`; it\'s 100 % {{ 7 * 7 }} {% raw %} $HOME $(id) \\ # -- */ <b>\n'
    "second line: - [x] 'quoted' ✓ نص ​\t" + "long " * 2000
).strip()


@pytest.fixture
def service(template: Path, tools: Service, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A service for the answers that the test is parametrised with, the default one without."""
    answers = tmp_path / "answers.yml"
    answers.write_text(json.dumps(getattr(request, "param", {})), encoding="utf-8")
    written = write(template, tmp_path / "billing", "--data-file", str(answers))
    issuer = f"http://127.0.0.1:{free_ports(1)[0]}"  # two services of one issuer would stop it for each other
    made = Service(written.folder, {"OIDC_ISSUER": issuer})
    lend_tools(tools, made)
    yield made
    made.clean()


def model(*names: str, answers: Answers = DEFAULT) -> dict[str, Any]:
    """The answers, with the resources of these models."""
    each = [answers_of(answers, ROOT / "tests" / "models" / f"{name}.yml") for name in names]
    resources = [one["resources"] for one in each]
    assert len(set().union(*resources)) == sum(map(len, resources)), f"{names} share a resource"
    return {**answers, "resources": {name: body for one in resources for name, body in one.items()}}


def named(service: Service, words: str) -> str:
    """The files that have such words, but for what is the same in every service."""
    same = " ".join(f"--exclude-dir={folder}" for folder in (".local", ".audit", "platform", "tools"))
    return service.run("bash", "-c", f"grep -rliE '{words}' {same} . || true")


def test_the_default_service_meets_its_own_standards(service: Service) -> None:
    """Its tests pass with the race detector; its audit, its linters find nothing, its formatter changes nothing."""
    report = service.make("test")
    assert report.count("\nok ") > 10
    audited(service)
    service.make("lint")
    assert service.run(".local/bin/golangci-lint", "fmt", "--diff") == ""


def test_code_that_is_missing_is_made_and_made_once(service: Service) -> None:
    """Nobody commits it for a new service, and somebody deletes it by mistake."""
    assert service.make("-j8", "generate", "tidy").count("--package rest") == 1
    assert "Nothing to be done" in service.make("--dry-run", "prepare")
    shutil.rmtree(service.folder / "internal" / "gen")
    shutil.rmtree(service.folder / "internal" / "customer" / "internal" / "db")
    missing = service.make("--dry-run", "prepare")
    assert missing.count("--package rest") == missing.count("make/sqlc.py") == 1


def test_the_default_service_answers_as_the_demo_shows(service: Service) -> None:
    """It starts on a database of its own, and creates, lists, pages, patches, conflicts and deletes."""
    with service.running() as address:
        demo.calls(Client(address, service.key()))


@pytest.mark.parametrize(
    ("service", "answers"),
    [(model(*names, answers=answers), answers) for names, answers in ZOO],
    ids=[f"{'-'.join(names)}-{label(answers)}" for names, answers in ZOO],
    indirect=["service"],
)
def test_every_model_and_every_two_answers_pass_their_own_tests_and_every_answer_the_audit(
    service: Service, answers: Answers
) -> None:
    """Whatever the model says, and whichever two answers meet, the service is whole; nothing of keys is left in
    one that everybody may call."""
    service.make("build")
    if answers["auth"] == "none":
        assert named(service, "api.?key|unauthor") == ""
    assert service.run(".local/bin/golangci-lint", "fmt", "--diff") == ""
    report = service.shell("go test -vet=off ./...")  # what vet finds, the default service would have shown
    assert "internal/app\t" in report
    if answers in AUDITED:
        audited(service)
    elif answers["auth"] == "none":  # no other test lints modules that know no caller
        service.run(".local/bin/golangci-lint", "run", "./...")


@pytest.mark.parametrize(
    ("service", "names"),
    [(model(*names, answers=DEFAULT | HEADER), names) for names in LARGE],
    ids=map("-".join, LARGE),
    indirect=["service"],
)
def test_a_large_model_builds_and_migrates(service: Service, names: Sequence[str]) -> None:
    """Fifty resources, long names, and names that the code has for itself: it compiles, and it migrates both ways."""
    service.make("build")
    assert service.run(".local/bin/golangci-lint", "fmt", "--diff") == ""
    service.shell("go test -vet=off ./db")
    if "fifty" not in names:  # its modules and their tests are those of one, fifty times
        service.shell("go vet ./... && go test -vet=off ./internal/app")


def lint_platform(service: Service, default: Service) -> None:
    """Linters find nothing in those packages of the platform that the default service has not, or has otherwise."""
    ours, theirs = (tree(one.folder / "platform") for one in (service, default))
    other = [file for file, text in ours.items() if file.endswith(".go") and theirs.get(file) != text]
    assert other
    packages = " ".join(sorted({f"./{Path(file).parent}" for file in other}))
    service.run("bash", "-c", f"cd platform && ../.local/bin/golangci-lint run --config ../.golangci.yml {packages}")


def started_and_stopped(service: Service) -> None:
    """Who starts the issuer of development at once with another has the same one, out of reach of a Ctrl-C for either;
    it is found to be stopped, and none is started for an address elsewhere."""
    service.run("bash", "-c", "make issuer & make issuer && wait $!")
    process = int((service.folder / ".local" / "issuer.pid").read_text(encoding="utf-8"))
    assert os.getpgid(process) == process
    service.make("issuer-stop")
    service.run("bash", "-c", "for n in {1..50}; do curl -so /dev/null $OIDC_ISSUER || exit 0; sleep 0.1; done; exit 1")
    with pytest.raises(AssertionError, match=r"No issuer answers at https://127\.0\.0\.1:1, "):
        Service(service.folder, {"OIDC_ISSUER": "https://127.0.0.1:1"}).make("issuer")


@pytest.mark.parametrize("service", [{"auth": "oidc"}], ids=["oidc"], indirect=True)
def test_a_service_for_tokens_of_an_issuer_is_whole(service: Service, tools: Service) -> None:
    """A token of the issuer of development lets a caller in, and nothing of API keys is left."""
    service.make("build")
    service.shell("cd platform && go test ./auth/... ./testkit/issuer/...")
    started_and_stopped(service)
    service.run(".local/bin/golangci-lint", "run", "./...")
    lint_platform(service, tools)
    with service.running() as address:
        token = service.make("--silent", "token").splitlines()[-1]
        assert Client(address, token).call("GET", "/v1/customers").status == 200
        assert Client(address, "no token").call("GET", "/v1/customers").status == 401
    assert named(service, "api.?key") == ""


# How invoices are called in each version: what addresses begin with, and what is sent beside them.
Versions = dict[str, tuple[str, dict[str, str]]]
BY_PATH: Versions = {"number": ("/v1", {}), "reference": ("/v2", {})}
BY_HEADER: Versions = {"number": ("", {"API_Version": "1"}), "reference": ("", {"API_Version": "2"})}


@pytest.mark.parametrize(
    ("service", "versions"),
    [({}, BY_PATH), (HEADER, BY_HEADER)],
    ids=["path", "header"],
    indirect=["service"],
)
def test_a_second_version_begins_as_the_how_to_says(service: Service, versions: Versions, tools: Service) -> None:
    """Who follows it word by word has both: tested, in the house style, and the old one says that it will go."""
    service.make("build")
    addresses = service.run("bash", "-c", "grep -rl /v1/ api internal/{customer,invoice,payment} README.md || true")
    assert bool(addresses) == (versions is BY_PATH)
    begin_version(service)
    service.run(".local/bin/golangci-lint", "fmt")
    service.shell("go test ./internal/app ./internal/customer ./internal/invoice")
    if versions is BY_PATH:  # by header the module is the same, and the platform is not
        service.run(".local/bin/golangci-lint", "run", "./internal/app", "./internal/invoice")
    else:
        service.shell("cd platform && go test ./contract/... ./rest/... ./testkit/...")
        lint_platform(service, tools)
    with service.running() as address:
        client = Client(address, service.key())
        customer = {"name": "Ada", "email": "ada@example.com"}
        invoice = {
            "customer_id": client.call("POST", f"{versions['number'][0]}/customers", customer).body["id"],
            "total": {"amount": 1250, "currency": "EUR"},
            "due_on": "2026-12-24",
        }
        for member, (base, headers) in versions.items():
            made = client.call("POST", f"{base}/invoices", {**invoice, member: member}, **headers)
            page = client.call("GET", f"{base}/invoices", **headers)
            assert (made.status, page.status) == (201, 200)
            assert page.body["data"][0][member] == member
            told = [page.headers.get(name) for name in ("Deprecation", "Sunset", "Link")]
            assert all(told) if member == "number" else not any(told)


@pytest.mark.parametrize("service", [{"auth": "accounts", "cache": "redis"}], ids=["accounts"], indirect=True)
def test_a_service_with_accounts_is_whole(service: Service, tools: Service) -> None:
    """A person signs in, calls, exchanges the token once and signs out, and no API key is left; linters find nothing,
    with Redis beside it."""
    service.make("build")
    service.shell("cd platform && go test ./auth/... ./testkit/mailbox/...")
    service.run(".local/bin/golangci-lint", "run", "./...")
    lint_platform(service, tools)
    assert service.run(".local/bin/golangci-lint", "fmt", "--diff") == ""
    with service.running() as address:
        token = service.make("--silent", "token", f"server={address}").splitlines()[-1]
        assert Client(address, token).call("GET", "/v1/customers").status == 200
        assert Client(address, "no token").call("GET", "/v1/customers").status == 401
        password = (service.folder / ".local/accounts/dev@example.com").read_text(encoding="utf-8").strip()
        who = {"email": "dev@example.com", "password": password}
        session = Client(address).call("POST", "/v1/sessions", who).body
        exchange = {"refresh_token": session["refresh_token"]}
        renewed = Client(address).call("POST", "/v1/session-refreshes", exchange).body["access_token"]
        assert Client(address, renewed).call("DELETE", "/v1/session").status == 204
        assert Client(address, renewed).call("GET", "/v1/account").status == 401
        assert Client(address).call("POST", "/v1/session-refreshes", exchange).status == 401
    assert named(service, "api.?key") == ""


@pytest.mark.parametrize("service", [{"resources": "empty", "auth": "none"}], ids=["empty"], indirect=True)
def test_a_service_without_a_resource_starts(service: Service) -> None:
    """Starting empty is a start; its linters find nothing, its tests pass."""
    service.make("build")
    service.run(".local/bin/golangci-lint", "run", "./...")
    service.shell("go test ./...")
    with service.running() as address:
        assert Client(address).call("GET", "/v1/anything").status == 404


@pytest.mark.parametrize("service", [{"resources": "empty", "auth": "accounts"}], ids=["accounts"], indirect=True)
def test_a_service_with_nothing_but_accounts_passes_the_audit(service: Service) -> None:
    """Where nothing can be created, there is a reason for each check that has nothing to look at."""
    service.make("build")
    audited(service)


@pytest.mark.parametrize("service", [{"cache": "redis"}], ids=["redis"], indirect=True)
def test_a_service_with_redis_is_whole(service: Service) -> None:
    """Its cache has no race; it answers with Redis, and goes on when that is stopped."""
    service.make("build")
    race = 'race=$(command -v "$(go env CC)" >/dev/null && echo -race || true)'
    service.shell(f"cd platform && {race} && go test $race ./cache/... ./redis/... ./limit/...")
    assert "redis://" in service.make("--silent", "redis")
    with service.running() as address:
        client = Client(address, service.key())
        demo.calls(client)
        service.make("redis-stop")
        assert client.call("GET", "/v1/customers").status == 200


def test_a_service_gets_a_cache_and_gives_it_up(service: Service) -> None:
    """By `make answer`, there and back: with it all compiles; without it all is as before, and its server has stopped.

    But for versions in go.mod: `go mod tidy` raises them, and lowers none.
    """
    service.make("build", "tidy")
    commit(service.folder, "before")
    service.make("answer", "cache=redis")
    commit(service.folder)
    service.shell("go vet ./...")
    assert "Stopped Valkey" in service.make("answer", "cache=none")
    commit(service.folder)
    service.make("build")
    assert git(service.folder, "diff", "--name-only", "before", "--", ":!go.mod", ":!go.sum") == ""
    assert "redis" not in (service.folder / "go.mod").read_text(encoding="utf-8")


def test_the_default_service_passes_on_the_oldest_postgresql(service: Service) -> None:
    """PostgreSQL 15, given by DATABASE_URL."""
    try:
        with server(15) as oldest:
            given = Service(service.folder, {"DATABASE_URL": f"postgres://postgres@/postgres?host={oldest.host}"})
            given.make("build")
            given.shell("go test ./...")
    except MissingError as missing:
        pytest.skip(str(missing))


def test_free_text_says_exactly_what_was_typed(template: Path, tools: Service, tmp_path: Path) -> None:
    """Quotes, newlines, Jinja, YAML, shell, other alphabets and ten kilobytes: the contract says it all."""
    data = tmp_path / "answers.yml"
    data.write_text(json.dumps({"description": NASTY}), encoding="utf-8")
    made = write(template, tmp_path / "billing", "--data-file", str(data))
    lend_tools(tools, made)
    made.make("build")
    contract = yaml.safe_load((made.folder / "api" / "rest" / "openapi.yaml").read_text(encoding="utf-8"))
    assert contract["info"]["description"] == NASTY
