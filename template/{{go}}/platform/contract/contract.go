// Kept by the platform: docs/ownership.md says what that means.

// Package contract reads the OpenAPI documents that a service is built from, and explains in what way
// a request or an answer departs from them.
package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Contract is a set of OpenAPI 3.1 documents that refer to each other by file name. It is safe for concurrent use.
type Contract struct {
	documents  *documents
	operations map[string]*Operation
}

// Load reads the document at root, and those it refers to. The error has a line for each operation that cannot be used as it is written.
func Load(files fs.FS, root string) (*Contract, error) {
	c := &Contract{documents: newDocuments(files), operations: map[string]*Operation{}}
	document, err := c.documents.resolve(place{file: root})
	if err != nil {
		return nil, err
	}
	var wrong []error
	for _, path := range slices.Sorted(maps.Keys(document.members("paths"))) {
		item, err := c.documents.resolve(document.at("paths", path))
		if err != nil {
			return nil, err
		}
		for _, method := range methods {
			if !item.has(method) {
				continue
			}
			if err := c.add(document, item, method, path); err != nil {
				wrong = append(wrong, fmt.Errorf("%s %s: %w", strings.ToUpper(method), path, err))
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return c, nil
}

// Operation returns the operation with that operationId, nil if there is none.
func (c *Contract) Operation(id string) *Operation { return c.operations[id] }

// Operations returns all operations, ordered by path and method.
func (c *Contract) Operations() []*Operation {
	return slices.SortedFunc(maps.Values(c.operations), func(a, b *Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
}

// Scopes returns every scope that an operation asks for, sorted.
func (c *Contract) Scopes() []string {
	var scopes []string
	for _, operation := range c.operations {
		scopes = append(scopes, operation.Scopes...)
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// Match returns the operation that a request asks for, nil if there is none; a path without a parameter goes before one that has one.
// It is meant for tests: the service has a router of its own.
func (c *Contract) Match(method, path string) *Operation {
	for _, operation := range c.Operations() { // in order, a letter stands before a brace
		if operation.Method == method && fits(operation.Path, path) {
			return operation
		}
	}
	return nil
}

func fits(template, path string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(wanted, given, func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, "{") && given != ""
	})
}
