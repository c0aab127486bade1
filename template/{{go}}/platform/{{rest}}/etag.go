// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"net/http"
	"strconv"
	"strings"

	"platform.internal/fault"
)

// AnyVersion is the version that `If-Match: *` names.
const AnyVersion int64 = 0

// noVersion is a version that no row ever has.
const noVersion int64 = -1

// ETag returns the strong entity tag of a version (RFC 9110, 8.8.3).
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// IfMatch returns the version that the header asks for. The error is a problem: 428 (RFC 6585, 3) if the header is empty, 400 if it is not
// one entity tag. A tag that we never gave out, or a weak one, asks for a version that no row has (RFC 9110, 13.1.1).
func IfMatch(header string) (int64, error) {
	switch tag := strings.TrimSpace(header); {
	case tag == "":
		return 0, NewProblem(http.StatusPreconditionRequired, "precondition_required", "Send If-Match with the ETag of the version that you have seen.")
	case tag == "*":
		return AnyVersion, nil
	case strings.HasPrefix(tag, `W/"`) && quoted(tag[2:]):
		return noVersion, nil
	case quoted(tag):
		version, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64)
		if err != nil || version < 1 || ETag(version) != tag {
			return noVersion, nil
		}
		return version, nil
	default:
		return 0, fault.InvalidInput(fault.Violation{Parameter: "If-Match", Code: "format", Message: `Must be one entity tag in double quotes, such as "3".`})
	}
}

// OptionalIfMatch is IfMatch for operations that go ahead without the header.
func OptionalIfMatch(header string) (int64, error) {
	if strings.TrimSpace(header) == "" {
		return AnyVersion, nil
	}
	return IfMatch(header)
}

func quoted(tag string) bool {
	return len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"' && !strings.Contains(tag[1:len(tag)-1], `"`)
}
