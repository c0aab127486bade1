package contract

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

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
	pointer := n.pointer
	for _, part := range path {
		pointer += "/" + escape(part)
	}
	return place{n.file, pointer}
}

func (n node) has(name string) bool { _, ok := n.value[name]; return ok }

func (n node) text(name string) string { text, _ := n.value[name].(string); return text }

func (n node) members(name string) map[string]any {
	members, _ := n.value[name].(map[string]any)
	return members
}

func (n node) length(name string) int { list, _ := n.value[name].([]any); return len(list) }

type documents struct {
	files  fs.FS
	mutex  sync.Mutex
	parsed map[string]any
}

func newDocuments(files fs.FS) *documents {
	return &documents{files: files, parsed: map[string]any{}}
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
		file, pointer, _ := strings.Cut(reference, "#")
		if file != "" {
			at.file = path.Join(path.Dir(at.file), file)
		}
		at.pointer = pointer
	}
	return node{}, fmt.Errorf("%s#%s: a reference that leads to itself", at.file, at.pointer)
}

func (d *documents) lookup(at place) (any, error) {
	value, err := d.document(at.file)
	if err != nil {
		return nil, err
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(at.pointer, "/"), "/") {
		if at.pointer == "" {
			break
		}
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
	d.parsed[file] = value
	return value, nil
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

func escape(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~", "~0"), "/", "~1")
}

func unescape(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
}
