package rest

import "net/http"

// Find tells which operation a router chooses for a request, and the values of its path parameters from left to right.
type Find func(r *http.Request) (operationID string, values []string, ok bool)
