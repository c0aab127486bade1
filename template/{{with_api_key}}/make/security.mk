# Kept by the platform: docs/ownership.md says what that means.
# How callers get in, in development.

##@ Security

scopes ?=

.PHONY: keys
keys: build ## make an API key for development: make keys scopes="invoices:read"
	@$(in_development) $(program) migrate up && \
	  $(program) keys create --subject dev --name development $(addprefix --scope ,$(scopes))
