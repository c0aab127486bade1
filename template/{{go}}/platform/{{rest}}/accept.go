// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"mime"
	"strconv"
	"strings"
)

// accepts reports whether a client that sent these Accept headers takes JSON: the most specific range that covers it
// decides, and refuses it with a weight of zero (RFC 9110, 12.5.1). No header, and an empty one, refuse nothing.
func accepts(headers []string) bool {
	list := strings.Join(headers, ",")
	if strings.Trim(list, ", \t") == "" {
		return true
	}
	specificity, weight := 0, 0.0
	for item := range strings.SplitSeq(list, ",") {
		mediaRange, parameters, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		if specific := ranges[mediaRange]; specific > specificity {
			specificity, weight = specific, 1
			if given, ok := parameters["q"]; ok {
				weight, err = strconv.ParseFloat(given, 64)
			}
			if err != nil {
				weight = 1 // not a weight
			}
		}
	}
	return weight > 0
}

// ranges are those that cover application/json, the more specific the higher.
var ranges = map[string]int{"*/*": 1, "application/*": 2, "application/json": 3}
