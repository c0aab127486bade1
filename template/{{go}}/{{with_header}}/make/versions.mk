# Kept by the platform: docs/ownership.md says what that means.
# What version 2 of the API does not share with version 1 is a package of its own, rest2; tools/ogen.v2.yaml says what that is.

newer := $(patsubst tools/ogen.v%.yaml,%,$(wildcard tools/ogen.v*.yaml))
newer_made := $(addprefix .local/made/rest,$(newer))
made += $(newer_made)
$(foreach version,$(newer),$(if $(wildcard internal/gen/rest$(version)),,$(shell rm -f .local/made/rest$(version))))

.local/made/rest%: tools/ogen.v%.yaml $(contract) .local/bin/ogen
	.local/bin/ogen --loglevel error --config $< --target internal/gen/rest$* --package rest$* --clean api/rest/openapi.v$*.yaml
	@mkdir -p $(@D) && touch $@

prepare: $(newer_made)
go.sum: | $(newer_made)
