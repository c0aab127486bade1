# The targets of every service, in every language. The platform replaces this file; your own targets go into the Makefile.
# How a target is made in this service's language is said in the file beside this one.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

service := billing
scopes ?= invoices:read invoices:write
name ?=

# Looked up where it is needed, so that `make help` works without it.
uv = $(or $(shell command -v uv),$(error uv is missing: install it as https://docs.astral.sh/uv says, or with `pip install uv`))
database = $(uv) run --script make/database.py
copier = $(uv) tool run --with 'copier-template-extensions>=0.3.4,<0.4' --from 'copier>=9.19.1,<10' copier
version = $(shell git describe --tags --always --dirty 2>/dev/null || echo development)

# A recipe that begins with it has the settings of development and a database that runs.
in_development = source make/environment.sh;
changes_are_committed = test -z "$$(git status --porcelain 2>&1)" \
  || { echo 'This needs a git repository without uncommitted changes: commit them first.' >&2; exit 1; }

##@ Work

.PHONY: help setup dev run keys
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: prepare tools migrate ## fetch and build all that the other targets need

dev: prepare ## run the service and restart it when a file changes
	@$(in_development) unset MAKEFLAGS MAKELEVEL; \
	  exec $(uv) tool run --quiet watchfiles@1.3.0 --verbosity warning --sigint-timeout 30 \
	  --ignore-paths "$$(echo $(generated) | tr ' ' ,)" \
	  'bash -c "trap exit INT; make build migrate && exec $(program) serve"' $(wildcard $(watched))

run: build ## run the service once, on a migrated database
	@$(in_development) $(program) migrate up; exec $(program) serve

keys: build ## make an API key for development: make keys scopes="invoices:read"
	@$(in_development) $(program) migrate up; \
	  $(program) keys create --subject developer --name development $(addprefix --scope ,$(scopes))

##@ Check

.PHONY: format lint test check fresh
format: ## write the house style
lint: ## check style, boundaries and common mistakes
test: ## run all tests, on databases of their own

check: ## run everything that CI runs
	@$(MAKE) fresh
	@$(MAKE) lint
	@$(MAKE) test

# A generated file that was not committed would be missing in the image.
fresh: generate tidy
	@stale="$$(git status --porcelain -- $(generated) 2>/dev/null || true)"; test -z "$$stale" || { \
	  printf 'Not committed yet, and made by `make generate tidy`:\n%s\n' "$$stale" >&2; test -z "$${CI:-}"; }

##@ Code from contracts and the model

.PHONY: generate tidy model update
generate: ## make code from the contracts and queries
tidy: ## add the dependencies that are imported, drop the others

model: ## apply model.yml
	@$(changes_are_committed)
	$(copier) update --trust --defaults --context-lines 1000 --vcs-ref=:current: --data-file model.yml
	@$(MAKE) generate
	@$(MAKE) tidy

update: ## take over the newest standards of the platform
	@$(changes_are_committed)
	$(copier) update --trust --defaults --context-lines 1000
	@$(MAKE) generate
	@$(MAKE) tidy

##@ Database

.PHONY: database database-stop psql migrate rollback status migration seed
database: ## start the development database and print its addresses
	@$(database) env

database-stop: ## stop the development database
	@$(database) down

psql: ## open a prompt on the development database
	@$(in_development) exec $(database) psql "$$DATABASE_OWNER_URL"

migrate: build ## apply the migrations
	@$(in_development) exec $(program) migrate up

rollback: build ## take the last migration back
	@$(in_development) exec $(program) migrate down

status: build ## list the migrations and which are applied
	@$(in_development) exec $(program) migrate status

migration: ## begin a migration: make migration name=add_note_to_invoices
	@[[ '$(name)' =~ ^[a-z][a-z0-9_]*$$ ]] || { echo 'Say what it does: make migration name=add_note_to_invoices' >&2; exit 1; }
	@last="$$(ls db/migrations | grep -E '^[0-9]{14}_' | sort | tail -n 1 | cut -c 1-14 || true)"; \
	  now="$$(date -u +%Y%m%d%H%M%S)"; \
	  [[ "$$now" > "$$last" ]] || now="$$((last + 1))"; \
	  printf -- '-- migrate:up\n\n-- migrate:down\n' >"db/migrations/$${now}_$(name).sql"; \
	  echo "db/migrations/$${now}_$(name).sql"

seed: migrate ## fill the development database with examples
	@$(in_development) exec $(database) psql "$$DATABASE_URL" --quiet --single-transaction --set=ON_ERROR_STOP=1 --file=db/seed.sql

##@ Deliver

.PHONY: build image clean
build: ## build the program
image: prepare ## build the container image
	docker build --build-arg VERSION=$(version) --tag $(service):$(version) .

clean: ## stop the database and remove all that make put into .local, its data too
	@$(database) down
	rm -rf .local
