// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Example returns the first example that the contract gives of a body of that media type: beside the schema, else inside of it.
func (o *Operation) Example(mediaType string) (body json.RawMessage, ok bool) {
	body, ok = o.examples[mediaType]
	return body, ok
}

// Example returns the first example that the contract gives of the parameter, as it is written in a URL or a header.
func (p *Parameter) Example() (text string, ok bool) {
	if p.example == nil {
		return "", false
	}
	return fmt.Sprint(p.example), true
}

func (c *Contract) examples(body node) (map[string]json.RawMessage, error) {
	examples := map[string]json.RawMessage{}
	for mediaType := range body.members("content") {
		described, err := c.documents.resolve(body.at("content", mediaType))
		if err != nil {
			return nil, err
		}
		example, err := c.example(described)
		if err != nil {
			return nil, err
		}
		if example == nil {
			continue
		}
		if examples[mediaType], err = json.Marshal(example); err != nil {
			return nil, err
		}
	}
	return examples, nil
}

// example returns the first example of a parameter or a media type (OpenAPI 3.1, 4.8.12 and 4.8.14), else that of its schema; nil if there is none.
func (c *Contract) example(holder node) (any, error) {
	if holder.has("example") {
		return holder.value["example"], nil
	}
	if names := slices.Sorted(maps.Keys(holder.members("examples"))); len(names) > 0 {
		described, err := c.documents.resolve(holder.at("examples", names[0]))
		return described.value["value"], err
	}
	if !holder.has("schema") {
		return nil, nil
	}
	schema, err := c.documents.resolve(holder.at("schema"))
	if err != nil {
		return nil, nil // `true` is a schema too, and has no example
	}
	if list, ok := schema.value["examples"].([]any); ok && len(list) > 0 {
		return list[0], nil
	}
	return schema.value["example"], nil
}
