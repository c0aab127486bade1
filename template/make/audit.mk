# Kept by the platform: docs/ownership.md says what that means.
# The checklist as a program. Its parts are in .audit/, what your team decides about it in audit/.

##@ Audit

audit := uv run --quiet --script .audit/audit.py
only ?=
out ?= .local/audit

generated += docs/checklist.md
made += .local/made/checklist
.local/made/checklist: .audit/items.yml $(wildcard .audit/checks/*.yml) audit/audit.yml $(wildcard audit/local/*checks.yml)
	@mkdir -p $(@D) docs
	@$(audit) checklist >$@.md && mv $@.md docs/checklist.md && touch $@

.PHONY: audit audit-static audit-selftest explain
audit: build ## prove the checklist on the running service: make audit only=A5
	@$(in_development) exec $(audit) audit --out $(out) $(if $(only),--only $(only))

audit-static: ## the part of it that needs neither service nor database
	@exec $(audit) static --out $(out) $(if $(only),--only $(only))

audit-selftest: build ## break copies of the schema and the contract, and see whether the audit notices
	@$(in_development) exec $(audit) selftest

explain: ## say what an item or a check is about: make explain what=A5
	@exec $(audit) explain $(what)
