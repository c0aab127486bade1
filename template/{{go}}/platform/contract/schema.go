// Kept by the platform: docs/ownership.md says what that means.

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

// schema is a JSON Schema inside a document, compiled when it is first needed.
type schema struct {
	compile func() (*jsonschema.Schema, error)
}

// anything is the schema that every value fits.
var anything = &schema{func() (*jsonschema.Schema, error) { return &jsonschema.Schema{}, nil }}

const base = "contract:///"

// schema returns the schema at a place. All share one compiler, which compiles what they have in common once.
func (d *documents) schema(at place) *schema {
	return &schema{sync.OnceValues(func() (*jsonschema.Schema, error) {
		d.compiling.Lock()
		defer d.compiling.Unlock()
		compiled, err := d.compiler.Compile(base + at.file + "#" + (&url.URL{Fragment: at.pointer}).EscapedFragment())
		if err != nil {
			return nil, fmt.Errorf("%s#%s is not a schema: %w", at.file, at.pointer, err)
		}
		return compiled, nil
	})}
}

func (d *documents) newCompiler() *jsonschema.Compiler {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for name, check := range formats {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: check})
	}
	compiler.UseLoader(d)
	return compiler
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
// The error says that the schema is none.
func (s *schema) check(value any) (*jsonschema.ValidationError, error) {
	compiled, err := s.compile()
	if err != nil {
		return nil, err
	}
	if wrong, ok := compiled.Validate(value).(*jsonschema.ValidationError); ok { //nolint:errorlint // documented to be this type, unwrapped
		return wrong, nil
	}
	return nil, nil
}

// typesOf returns the types that the schema asks for; none if it does not say.
func typesOf(compiled *jsonschema.Schema) []string {
	for compiled.Types == nil && compiled.Ref != nil {
		compiled = compiled.Ref
	}
	if compiled.Types == nil {
		return nil
	}
	return compiled.Types.ToStrings()
}
