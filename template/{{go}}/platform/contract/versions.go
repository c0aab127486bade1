// Kept by the platform: docs/ownership.md says what that means.

package contract

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Versions returns the numbers of the versions that have a document of their own, the oldest first.
func (c *Contract) Versions() []int { return slices.Sorted(maps.Keys(c.versions)) }

// Version returns what the document of that version promises, nil if there is none.
func (c *Contract) Version(number int) *Contract { return c.versions[number] }

// Since returns the number of the oldest version that has the operation; 0 if there is only one version.
func (o *Operation) Since() int { return o.version }

// major is the first part of `info.version`; 0 if it is no number.
func major(document node) int {
	text, _ := document.members("info")["version"].(string)
	text, _, _ = strings.Cut(text, ".")
	number, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(number, 0)
}

// join returns a contract that has the operations of all versions. An operationId means the same in each that has it.
func join(versions []*Contract) (*Contract, error) {
	if len(versions) == 1 {
		return versions[0], nil
	}
	joined := &Contract{operations: map[string]*Operation{}, versions: map[int]*Contract{}}
	for _, version := range versions {
		number := version.Versions()[0]
		if number == 0 || joined.versions[number] != nil {
			return nil, fmt.Errorf("version %d: give each document an info.version of its own, such as 2.0.0", number)
		}
		joined.versions[number] = version
	}
	for _, number := range joined.Versions() {
		for _, operation := range joined.versions[number].Operations() {
			known := joined.operations[operation.ID]
			if known != nil && (known.at != operation.at || known.Path != operation.Path) {
				return nil, fmt.Errorf("%s %s of version %d: %s is another operation of version %d; give it an operationId of its own",
					operation.Method, operation.Path, number, operation.ID, known.version)
			}
			if known == nil {
				operation.version = number
				joined.operations[operation.ID] = operation
			}
		}
	}
	return joined, nil
}
