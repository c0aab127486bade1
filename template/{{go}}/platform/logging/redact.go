// Kept by the platform: docs/ownership.md says what that means.

package logging

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

const hidden = "[hidden]"

// secrets are words that no name of a value has which may be read by whoever reads logs (OWASP ASVS 16.2.5).
var secrets = []string{"authorization", "password", "passwd", "secret", "token", "cookie", "apikey", "credential", "pepper", "privatekey"}

// redaction hides the values of names that have one of the secrets in them, and of those that the service calls sensitive.
type redaction struct {
	sensitive []string
	// known is what was decided of the names of attributes: they are those in the code, and come with every record.
	known atomic.Pointer[map[string]bool]
}

// most is how many names are kept, should some be made up at run time.
const most = 1000

func newRedaction(sensitive []string) *redaction {
	r := &redaction{sensitive: make([]string, len(sensitive))}
	for i, name := range sensitive {
		r.sensitive[i] = plain(name)
	}
	r.known.Store(&map[string]bool{})
	return r
}

// replace is called for each attribute that is not a group.
func (r *redaction) replace(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) == 0 && (attribute.Key == slog.TimeKey || attribute.Key == slog.LevelKey || attribute.Key == slog.MessageKey) {
		return attribute
	}
	if r.remembers(attribute.Key) || slices.ContainsFunc(groups, r.remembers) {
		return slog.String(attribute.Key, hidden)
	}
	if attribute.Value.Kind() == slog.KindAny {
		attribute.Value = slog.AnyValue(r.value(attribute.Value.Any()))
	}
	return attribute
}

// remembers is hides for names that come again.
func (r *redaction) remembers(name string) bool {
	before := r.known.Load()
	hides, ok := (*before)[name]
	if ok {
		return hides
	}
	hides = r.hides(name)
	if len(*before) < most {
		after := maps.Clone(*before)
		after[name] = hides
		r.known.CompareAndSwap(before, &after) // whoever is late decides once more
	}
	return hides
}

func (r *redaction) hides(name string) bool {
	name = plain(name)
	return slices.Contains(r.sensitive, name) || slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(name, secret) })
}

// plain is the name without what tells X-Api-Key from api_key and apiKey.
func plain(name string) string {
	return strings.ToLower(separators.Replace(name))
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// value is what JSON makes of it, without what is hidden in it.
func (r *redaction) value(value any) any {
	switch value := value.(type) {
	case nil, error, encoding.TextMarshaler:
		return value
	case fmt.Stringer:
		return fmt.Sprint(value) // value.String() panics for a nil pointer, in whoever writes to the log
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("[%T]", value)
	}
	var members any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	_ = decoder.Decode(&members) // it was written a moment ago
	return r.members(members)
}

func (r *redaction) members(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if value[name] = hidden; !r.hides(name) {
				value[name] = r.members(member)
			}
		}
	case []any:
		for i, item := range value {
			value[i] = r.members(item)
		}
	}
	return value
}
