// Package contract reads the OpenAPI documents that a service is built from, and explains in what way
// a request or an answer departs from them.
package contract

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Contract is a set of OpenAPI 3.1 documents that refer to each other by file name. It is safe for concurrent use.
type Contract struct {
	documents  *documents
	operations map[string]*Operation
}

// Operation is one method on one path.
type Operation struct {
	ID         string // operationId
	Method     string // in capitals
	Path       string // with parameters in braces
	Parameters []Parameter
	InPath     []*Parameter // those of the path, from left to right
	MediaType  string       // of the request body; empty if there is none
	Secured    bool         // whether a credential is asked for
	Scopes     []string     // what the credential must allow
	Responses  []string     // the documented statuses, and "default"

	body      *schema
	responses map[string]map[string]*schema // by status and media type
}

// Parameter is one parameter of an operation.
type Parameter struct {
	Name   string
	In     string // path, query or header
	Format string // of the schema, such as "uuid"; empty if it has none

	schema *schema
}

var methods = []string{"get", "put", "post", "delete", "patch"}

// Load reads the document at root, and those it refers to.
func Load(files fs.FS, root string) (*Contract, error) {
	c := &Contract{documents: newDocuments(files), operations: map[string]*Operation{}}
	document, err := c.documents.resolve(place{file: root})
	if err != nil {
		return nil, err
	}
	for path := range document.members("paths") {
		item, err := c.documents.resolve(document.at("paths", path))
		if err != nil {
			return nil, err
		}
		for _, method := range methods {
			if !item.has(method) {
				continue
			}
			if err := c.add(document, item, method, path); err != nil {
				return nil, fmt.Errorf("%s %s: %w", strings.ToUpper(method), path, err)
			}
		}
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

// Parameter returns the parameter of that name, nil if there is none.
func (o *Operation) Parameter(in, name string) *Parameter {
	for i, parameter := range o.Parameters {
		if parameter.In == in && strings.EqualFold(parameter.Name, name) {
			return &o.Parameters[i]
		}
	}
	return nil
}

var braces = regexp.MustCompile(`\{([^}]+)\}`)

func (c *Contract) add(document, item node, method, path string) error {
	described, err := c.documents.resolve(item.at(method))
	if err != nil {
		return err
	}
	operation := &Operation{
		ID:        described.text("operationId"),
		Method:    strings.ToUpper(method),
		Path:      path,
		responses: map[string]map[string]*schema{},
	}
	operation.Secured, operation.Scopes = security(document, described)
	for _, holder := range []node{item, described} {
		if err := c.addParameters(operation, holder); err != nil {
			return err
		}
	}
	for _, match := range braces.FindAllStringSubmatch(path, -1) {
		operation.InPath = append(operation.InPath, operation.Parameter("path", match[1]))
	}
	if err := c.addBody(operation, described); err != nil {
		return err
	}
	if err := c.addResponses(operation, described); err != nil {
		return err
	}
	c.operations[operation.ID] = operation
	return nil
}

func (c *Contract) addParameters(operation *Operation, holder node) error {
	for i := range holder.length("parameters") {
		parameter, err := c.documents.resolve(holder.at("parameters", fmt.Sprint(i)))
		if err != nil {
			return err
		}
		described, err := c.documents.resolve(parameter.at("schema"))
		if err != nil {
			return err
		}
		operation.Parameters = append(operation.Parameters, Parameter{
			Name:   parameter.text("name"),
			In:     parameter.text("in"),
			Format: described.text("format"),
			schema: c.documents.schema(parameter.at("schema")),
		})
	}
	return nil
}

func (c *Contract) addBody(operation *Operation, described node) error {
	if !described.has("requestBody") {
		return nil
	}
	body, err := c.documents.resolve(described.at("requestBody"))
	if err != nil {
		return err
	}
	for mediaType := range body.members("content") {
		operation.MediaType = mediaType
		operation.body = c.documents.schema(body.at("content", mediaType, "schema"))
	}
	return nil
}

func (c *Contract) addResponses(operation *Operation, described node) error {
	for status := range described.members("responses") {
		response, err := c.documents.resolve(described.at("responses", status))
		if err != nil {
			return err
		}
		operation.Responses = append(operation.Responses, status)
		operation.responses[status] = map[string]*schema{}
		for mediaType := range response.members("content") {
			operation.responses[status][mediaType] = c.documents.schema(response.at("content", mediaType, "schema"))
		}
	}
	slices.Sort(operation.Responses)
	return nil
}

func security(document, operation node) (secured bool, scopes []string) {
	holder := document
	if operation.has("security") {
		holder = operation
	}
	requirements, _ := holder.value["security"].([]any)
	for _, requirement := range requirements {
		schemes, _ := requirement.(map[string]any)
		for _, names := range schemes {
			secured = true
			list, _ := names.([]any)
			for _, name := range list {
				scopes = append(scopes, fmt.Sprint(name))
			}
		}
	}
	return secured, scopes
}

// Match returns the operation that a request asks for, nil if there is none. It is meant for tests: the service has a router of its own.
func (c *Contract) Match(method, path string) *Operation {
	for _, operation := range c.operations {
		if operation.Method == method && fits(operation.Path, path) {
			return operation
		}
	}
	return nil
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

func fits(template, path string) bool {
	wanted, given := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(wanted, given, func(wanted, given string) bool {
		return wanted == given || strings.HasPrefix(wanted, "{") && given != ""
	})
}
