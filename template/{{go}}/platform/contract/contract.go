// Kept by the platform: docs/ownership.md says what that means.

// Package contract reads the OpenAPI documents that a service is built from, and explains in what way
// a request or an answer departs from them.
package contract

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Contract is a set of OpenAPI 3.1 documents that refer to each other by file name. It is safe for concurrent use.
type Contract struct {
	// Deprecation holds for every operation; the zero Deprecation if they are to stay.
	Deprecation Deprecation

	documents  *documents
	operations map[string]*Operation
	versions   map[int]*Contract
}

// Load reads the documents at roots, one for each version of the API, and those they refer to.
// The error has a line for each operation that cannot be used as it is written.
func Load(files fs.FS, roots ...string) (*Contract, error) {
	documents := newDocuments(files)
	versions, wrong := make([]*Contract, len(roots)), make([]error, len(roots))
	for i, root := range roots {
		versions[i], wrong[i] = load(documents, root)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return join(versions)
}

// load reads one version.
func load(documents *documents, root string) (*Contract, error) {
	c := &Contract{documents: documents, operations: map[string]*Operation{}}
	document, err := c.documents.resolve(place{file: root})
	if err != nil {
		return nil, err
	}
	if c.Deprecation, err = deprecation(document); err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	c.versions = map[int]*Contract{major(document): c}
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

// Operations returns all operations, ordered by path, method and version.
func (c *Contract) Operations() []*Operation {
	return slices.SortedFunc(maps.Values(c.operations), func(a, b *Operation) int {
		return cmp.Or(strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method), cmp.Compare(a.version, b.version))
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

// Match returns the operation that a request asks for, nil if there is none; a path without a parameter goes before one that has one,
// and an older version before a newer one.
// It is meant for tests: the service has a router of its own.
func (c *Contract) Match(method, path string) *Operation {
	for _, operation := range c.Operations() { // in order, a letter stands before a brace
		if operation.Method == method && fits(operation.Path, path) {
			return operation
		}
	}
	return nil
}

// MethodsOf returns the methods that the contract has for a path, sorted; none if it does not have the path.
func (c *Contract) MethodsOf(path string) []string {
	var methods []string
	for _, operation := range c.operations {
		if fits(operation.Path, path) {
			methods = append(methods, operation.Method)
		}
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

func fits(template, path string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(wanted, given, func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, "{") && given != ""
	})
}
