package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema is a JSON Schema inside a document, compiled when it is first needed: only refusals and tests need one.
type schema struct {
	compile func() (*jsonschema.Schema, error)
}

const base = "contract:///"

func (d *documents) schema(at place) *schema {
	return &schema{sync.OnceValues(func() (*jsonschema.Schema, error) {
		compiler := jsonschema.NewCompiler()
		compiler.DefaultDraft(jsonschema.Draft2020)
		compiler.AssertFormat()
		compiler.UseLoader(d)
		return compiler.Compile(base + at.file + "#" + (&url.URL{Fragment: at.pointer}).EscapedFragment())
	})}
}

// Load implements jsonschema.URLLoader.
func (d *documents) Load(address string) (any, error) {
	document, err := d.document(strings.TrimPrefix(address, base))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

// check returns the ways in which a value departs from the schema, nil if there is none.
func (s *schema) check(value any) (*jsonschema.ValidationError, error) {
	compiled, err := s.compile()
	if err != nil {
		return nil, fmt.Errorf("compile the contract: %w", err)
	}
	if wrong, ok := compiled.Validate(value).(*jsonschema.ValidationError); ok { //nolint:errorlint // documented to be this type, unwrapped
		return wrong, nil
	}
	return nil, nil
}
