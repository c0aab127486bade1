// Kept by the platform: docs/ownership.md says what that means.

package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"platform.internal/contract"
	"platform.internal/fault"
)

// VersionHeader is where a request says which version of the API it means, by its number, and where the answer says which one it was.
const VersionHeader = "API-Version"

// versionField is its canonical name.
const versionField = "Api-Version"

// Versions is an API of which each request chooses the version, by a header. Without it, it is the oldest one: clients of the first day
// never hear of versions. A version that is not offered is a 400, never the nearest one.
//
// Each version has its own document in the contract. It is served by one or more servers, that are generated from these documents:
// of what two versions share, one server is enough.
type Versions struct {
	agreed  *contract.Contract
	offered map[string]*contract.Contract // by what the header says
	oldest  string
	servers []versioned
}

type versioned struct {
	handler http.Handler
	find    Find
}

// NewVersions returns an API that has no server yet.
func NewVersions(agreed *contract.Contract) *Versions {
	v := &Versions{agreed: agreed, offered: map[string]*contract.Contract{}}
	for i, number := range agreed.Versions() {
		name := strconv.Itoa(number)
		v.offered[name] = agreed.Version(number)
		if i == 0 {
			v.oldest = name
		}
	}
	return v
}

// Add adds a server and its router.
func (v *Versions) Add(server http.Handler, find Find) {
	v.servers = append(v.servers, versioned{server, find})
}

// Announce tells in every answer which version it is of, and that another header would have brought another answer (RFC 9110, 12.5.5).
// It stands outside of the guard.
func (v *Versions) Announce(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", VersionHeader)
		if name, err := v.name(r); err == nil {
			w.Header()[versionField] = []string{name}
			deprecate(w.Header(), v.offered[name].Deprecation)
		}
		next.ServeHTTP(w, r)
	})
}

// Find implements Find for all servers together.
func (v *Versions) Find(r *http.Request) (operationID string, values []string, ok bool) {
	name, err := v.name(r)
	if err != nil {
		return "", nil, false
	}
	_, operationID, values, ok = v.find(name, r)
	return operationID, values, ok
}

// ServeHTTP answers with the server that has the operation in the version that was asked for.
func (v *Versions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, err := v.name(r)
	if err != nil {
		WriteError(w, r, err)
		return
	}
	if server, _, _, ok := v.find(name, r); ok {
		server.ServeHTTP(w, r)
		return
	}
	if known := v.offered[name].MethodsOf(r.URL.Path); len(known) > 0 {
		MethodNotAllowed(w, r, strings.Join(known, ","))
		return
	}
	NotFound(w, r)
}

// find asks each router; the contract of the version decides whether what it finds counts.
func (v *Versions) find(name string, r *http.Request) (server http.Handler, operationID string, values []string, ok bool) {
	for _, server := range v.servers {
		operationID, values, ok := server.find(r)
		if ok && v.offered[name].Operation(operationID) != nil {
			return server.handler, operationID, values, true
		}
	}
	return nil, "", nil, false
}

// name returns the version that a request asks for. The error is a fault of kind Invalid that lists those that are offered.
func (v *Versions) name(r *http.Request) (string, error) {
	given := r.Header[versionField]
	switch {
	case len(given) == 0:
		return v.oldest, nil
	case len(given) > 1:
		return "", fault.InvalidInput(fault.Violation{Parameter: VersionHeader, Code: "duplicate", Message: "Is given more than once."})
	case v.offered[given[0]] == nil:
		list := strings.Trim(strings.ReplaceAll(fmt.Sprint(v.agreed.Versions()), " ", ", "), "[]")
		return "", fault.InvalidInput(fault.Violation{Parameter: VersionHeader, Code: "not_listed", Message: "Must be one of " + list + "."})
	default:
		return given[0], nil
	}
}
