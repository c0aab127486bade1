// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
)

// encode writes a row with the names that its fields have in Go.
func encode(row any) ([]byte, error) { return json.Marshal(row) }

// decode reads what encode wrote into a row that is empty.
func decode(text []byte, row any) error { return json.Unmarshal(text, row, exact) }

// exact has a JSON text that was nil come back as nil, and not as the text null.
var exact = json.WithUnmarshalers(json.UnmarshalFunc(func(text []byte, raw *stdjson.RawMessage) error {
	if string(text) == "null" {
		*raw = nil
		return nil
	}
	*raw = append((*raw)[:0], text...)
	return nil
}))
