// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// place is a value inside a document, named by file and JSON Pointer.
type place struct {
	file    string
	pointer string
}

// node is an object inside a document.
type node struct {
	place
	value map[string]any
}

func (n node) at(path ...string) place {
	return place{n.file, n.pointer + pointer(path)}
}

func (n node) has(name string) bool { _, ok := n.value[name]; return ok }

func (n node) text(name string) string { text, _ := n.value[name].(string); return text }

func (n node) flag(name string) bool { flag, _ := n.value[name].(bool); return flag }

func (n node) members(name string) map[string]any {
	members, _ := n.value[name].(map[string]any)
	return members
}

func (n node) length(name string) int { list, _ := n.value[name].([]any); return len(list) }

type documents struct {
	files  fs.FS
	mutex  sync.Mutex // of parsed
	parsed map[string]any

	compiling sync.Mutex // of compiler
	compiler  *jsonschema.Compiler
}

func newDocuments(files fs.FS) *documents {
	d := &documents{files: files, parsed: map[string]any{}}
	d.compiler = d.newCompiler()
	return d
}

// resolve returns the object at a place, following references.
func (d *documents) resolve(at place) (node, error) {
	for range 16 {
		value, err := d.lookup(at)
		if err != nil {
			return node{}, err
		}
		object, ok := value.(map[string]any)
		if !ok {
			return node{}, fmt.Errorf("%s#%s is not an object", at.file, at.pointer)
		}
		reference, ok := object["$ref"].(string)
		if !ok {
			return node{at, object}, nil
		}
		if at, err = follow(at, reference); err != nil {
			return node{}, err
		}
	}
	return node{}, fmt.Errorf("%s#%s: a reference that leads to itself", at.file, at.pointer)
}

// follow returns the place that a reference inside of a file names; both parts are percent-encoded (RFC 6901, 6).
func follow(from place, reference string) (place, error) {
	address, err := url.Parse(reference)
	if err != nil || address.Scheme != "" || address.Host != "" {
		return place{}, fmt.Errorf("%s: %q does not refer to a file of the contract", from.file, reference)
	}
	if address.Path == "" {
		return place{from.file, address.Fragment}, nil
	}
	return place{path.Join(path.Dir(from.file), address.Path), address.Fragment}, nil
}

func (d *documents) lookup(at place) (any, error) {
	value, err := d.document(at.file)
	if err != nil || at.pointer == "" {
		return value, err
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(at.pointer, "/"), "/") {
		if value = child(value, unescape(part)); value == nil {
			return nil, fmt.Errorf("%s has nothing at %s", at.file, at.pointer)
		}
	}
	return value, nil
}

func (d *documents) document(file string) (any, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if value, ok := d.parsed[file]; ok {
		return value, nil
	}
	text, err := fs.ReadFile(d.files, file)
	if err != nil {
		return nil, err
	}
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	value = named(value)
	d.parsed[file] = value
	return value, nil
}

// named makes every key a text, as in JSON: YAML reads `200:` as a number.
func named(value any) any {
	switch value := value.(type) {
	case map[any]any:
		object := make(map[string]any, len(value))
		for key, member := range value {
			object[fmt.Sprint(key)] = named(member)
		}
		return object
	case map[string]any:
		for key, member := range value {
			value[key] = named(member)
		}
	case []any:
		for i, item := range value {
			value[i] = named(item)
		}
	}
	return value
}

func child(value any, name string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[name]
	case []any:
		if index, err := strconv.Atoi(name); err == nil && index >= 0 && index < len(value) {
			return value[index]
		}
	}
	return nil
}

// pointer returns the JSON Pointer (RFC 6901) of a path.
func pointer(path []string) string {
	var text strings.Builder
	for _, part := range path {
		text.WriteString("/" + escape(part))
	}
	return text.String()
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

func escape(part string) string { return escaper.Replace(part) }

func unescape(part string) string { return unescaper.Replace(part) }
