# Kept by the platform: docs/ownership.md says what that means.
# How callers get in, in development: by tokens of an issuer that gives them to everybody.

##@ Security

scopes ?=
subject ?= dev
all_scopes = $(shell sed -nE 's/.*- bearer: \["([^"]*)"\].*/\1/p' api/rest/*.yaml | sort -u)
discovery = "$$OIDC_ISSUER/.well-known/openid-configuration"
asked = curl --silent --fail --output /dev/null --max-time 3 $(discovery)
here = ^http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?($$|/)

.PHONY: issuer issuer-stop token
run dev audit audit-selftest: issuer
database-stop clean: issuer-stop

# Other services may use it: it is in a process group of its own (set -m), which a Ctrl-C does not reach.
issuer: prepare ## start an issuer of tokens for development, unless OIDC_ISSUER answers
	@$(in_development) { $(asked) || { \
	  [[ "$$OIDC_ISSUER" =~ $(here) ]] || { echo "No issuer answers at $$OIDC_ISSUER, and one is started only for an http address of this machine." >&2; exit 1; }; \
	  go build -C platform -o ../.local/bin/issuer ./testkit/issuer/develop && \
	  (set -m; nohup .local/bin/issuer "$$OIDC_ISSUER" .local/issuer.pid </dev/null >>.local/issuer.log 2>&1 &) && \
	  { $(asked) --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 || { \
	    echo "No issuer answers at $$OIDC_ISSUER; see .local/issuer.log." >&2; exit 1; }; } && \
	  echo 'Started an issuer of tokens, for development only.' >&2; }; }

issuer-stop:
	@[[ "$$(ps -o command= -p "$$(cat .local/issuer.pid 2>/dev/null)" 2>/dev/null)" != .local/bin/issuer* ]] || kill "$$(<.local/issuer.pid)"
	@rm -f .local/issuer.pid

token: issuer ## get a token for five minutes: make token scopes="invoices:read"
	@$(in_development) curl --silent --show-error --fail --get --data-urlencode "audience=$$OIDC_AUDIENCE" --data-urlencode 'subject=$(subject)' \
	  $(addprefix --data-urlencode scope=,$(or $(scopes),$(all_scopes))) "$$OIDC_ISSUER/token"
