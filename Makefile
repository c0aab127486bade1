# Work on the template itself. A generated service has a Makefile of its own.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c

UV := $(shell command -v uv || echo python3 -m uv)
BIN := .venv/bin
BASE ?= main
export PYTHONPATH := .:extensions

.DEFAULT_GOAL := help
.PHONY: help setup lint test test-faults kill-score demo bench trials matrix diff release schema lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the tools, exactly as locked, into .venv (uv comes along if it is missing)
	@$(UV) --version > /dev/null 2>&1 || python3 -m pip install --quiet uv
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock

lint: ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: lint ## Check style and types, then run all tests; some forty minutes, as services are built, tested and audited
	$(BIN)/pytest --numprocesses auto --dist worksteal

test-faults: ## Take away the database, Redis and the service, and see what callers notice; some minutes
	$(BIN)/python tests/faults/run.py

kill-score: ## Break a service in every way of the catalogue, and see whether its audit notices; only=contract, a part
	$(BIN)/python tests/kill/run.py $(only)

demo: ## Write a service, start it and call it
	$(BIN)/python tests/demo.py

bench: ## Measure a service, its writing and its audit, and renew bench/results.md (some ten minutes)
	$(BIN)/python bench/service.py --rounds 9
	{ for part in copier_speed update audit; do echo; $(BIN)/python bench/$$part.py; done; } | tee -a bench/results.md

trials: ## Let 300 teams edit, update and grow at random (SEED=1 is the first of them); hours
	TRIALS=$(or $(TRIALS),300) SEED=$(or $(SEED),1) $(BIN)/pytest tests/test_trials.py --numprocesses auto

matrix: ## Write, test, lint and audit services in which every two answers meet; all combinations with ALL=1
	ALL=$(ALL) $(BIN)/python tests/matrix.py

diff: ## Show what this branch changes in a generated service (BASE=main)
	@$(BIN)/python tests/diff.py $(BASE)

schema: ## Renew docs/answers.schema.json from the questions and the model
	$(BIN)/python tests/answers_schema.py

lock: ## Renew requirements.lock with the newest versions that pyproject.toml allows
	$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --group dev \
		--custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml

release: ## Tag VERSION=v1.2.3 once its tests pass and CHANGELOG.md tells of it
	@echo "$(VERSION)" | grep -Eqx 'v[0-9]+\.[0-9]+\.[0-9]+' || { echo "Say which one: make release VERSION=v1.2.3"; exit 2; }
	@test -z "$$(git status --porcelain)" || { echo "Commit your changes first."; exit 2; }
	@grep -Eq "^## .*$(patsubst v%,%,$(VERSION))" CHANGELOG.md || { echo "Tell of $(VERSION) in CHANGELOG.md first."; exit 2; }
	@test -f tests/answers/$(VERSION).yml || { echo "Keep an answers file of it first: tests/answers/$(VERSION).yml, as docs/release.md says."; exit 2; }
	@$(MAKE) test
	git tag --annotate --message "$(VERSION)" "$(VERSION)"
	@echo "Tagged. Publish it by: git push origin $(VERSION)"
