// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"platform.internal/limit"
)

// Operation is one method on one path.
type Operation struct {
	ID           string // operationId
	Method       string // in capitals
	Path         string // with parameters in braces
	Parameters   []Parameter
	InPath       []*Parameter // those of the path, from left to right
	MediaTypes   []string     // of the request body, sorted; none if the operation takes no body
	BodyRequired bool
	Secured      bool         // whether a credential is asked for
	Scopes       []string     // what the credential must allow, all of it
	Public       bool         // whether it is open to anybody on purpose: x-audit has `public`
	Own          bool         // whether it is open to every caller on purpose, being about the caller alone: x-audit has `own`
	Limit        limit.Policy // its own, named as the operation; the zero Policy if it has none
	Deprecation  Deprecation  // its own, or that of its path; the zero Deprecation if it is to stay

	at        place
	version   int                           // the oldest that has it; 0 if there is only one
	bodies    map[string]*schema            // by media type
	examples  map[string]json.RawMessage    // of the bodies, by media type
	responses map[string]map[string]*schema // by status, or "default", and media type
}

// Parameter is one parameter of an operation.
type Parameter struct {
	Name     string
	In       string // path, query or header
	Required bool

	schema  *schema
	array   bool
	example any // nil if there is none
}

// Name returns the operationId; it is empty for no operation.
func (o *Operation) Name() string {
	if o == nil {
		return ""
	}
	return o.ID
}

var methods = []string{"get", "put", "post", "delete", "patch"}

// Parameter returns the parameter of that name, nil if there is none. Only the names of headers are the same in either case.
func (o *Operation) Parameter(in, name string) *Parameter {
	for i, parameter := range o.Parameters {
		if parameter.In == in && (parameter.Name == name || in == "header" && strings.EqualFold(parameter.Name, name)) {
			return &o.Parameters[i]
		}
	}
	return nil
}

// Repeatable reports whether the parameter may be given more than once: it is an array, in the form that OpenAPI calls exploded.
func (p *Parameter) Repeatable() bool { return p.array }

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
		at:        described.place,
		responses: map[string]map[string]*schema{},
	}
	if operation.ID == "" || c.operations[operation.ID] != nil {
		return errors.New("give it an operationId of its own")
	}
	c.operations[operation.ID] = operation
	operation.Secured, operation.Scopes = security(document, described)
	_, operation.Public = described.members("x-audit")["public"]
	_, operation.Own = described.members("x-audit")["own"]
	return errors.Join(
		operation.addLimit(described),
		c.addDeprecation(operation, described, item),
		c.addParameters(operation, described, item), // what the operation says goes before what the path says
		c.addBody(operation, described),
		c.addResponses(operation, described),
	)
}

func (c *Contract) addParameters(operation *Operation, holders ...node) error {
	for _, holder := range holders {
		for i := range holder.length("parameters") {
			described, err := c.documents.resolve(holder.at("parameters", strconv.Itoa(i)))
			if err != nil {
				return err
			}
			parameter := Parameter{
				Name:     described.text("name"),
				In:       described.text("in"),
				Required: described.flag("required"),
				schema:   c.documents.schema(described.at("schema")),
			}
			compiled, err := parameter.schema.compile()
			if err != nil {
				return err
			}
			parameter.array = slices.Contains(typesOf(compiled), "array")
			if parameter.example, err = c.example(described); err != nil {
				return err
			}
			if operation.Parameter(parameter.In, parameter.Name) == nil {
				operation.Parameters = append(operation.Parameters, parameter)
			}
		}
	}
	for _, match := range braces.FindAllStringSubmatch(operation.Path, -1) {
		parameter := operation.Parameter("path", match[1])
		if parameter == nil {
			return fmt.Errorf("describe the parameter %s of the path", match[1])
		}
		operation.InPath = append(operation.InPath, parameter)
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
	operation.BodyRequired = body.flag("required")
	if operation.bodies, err = c.contents(body); err != nil {
		return err
	}
	if operation.examples, err = c.examples(body); err != nil {
		return err
	}
	for _, schema := range operation.bodies {
		if _, err := schema.compile(); err != nil {
			return err
		}
	}
	operation.MediaTypes = slices.Sorted(maps.Keys(operation.bodies))
	return nil
}

func (c *Contract) addResponses(operation *Operation, described node) error {
	for status := range described.members("responses") {
		response, err := c.documents.resolve(described.at("responses", status))
		if err != nil {
			return err
		}
		if operation.responses[status], err = c.contents(response); err != nil {
			return err
		}
	}
	return nil
}

// contents returns the schemas of a body or an answer, by media type; one that allows everything where none is given.
func (c *Contract) contents(holder node) (map[string]*schema, error) {
	schemas := map[string]*schema{}
	for mediaType := range holder.members("content") {
		described, err := c.documents.resolve(holder.at("content", mediaType))
		if err != nil {
			return nil, err
		}
		if schemas[mediaType] = anything; described.has("schema") {
			schemas[mediaType] = c.documents.schema(described.at("schema"))
		}
	}
	return schemas, nil
}

// security takes alternatives for one requirement: a caller has to hold the scopes of all of them.
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
	slices.Sort(scopes)
	return secured, slices.Compact(scopes)
}
