// Kept by the platform: docs/ownership.md says what that means.

// Package api carries the contracts inside the binary.
package api

import "embed"

// REST holds the OpenAPI documents; openapi.yaml is the first to read.
//
//go:embed rest/*.yaml
var REST embed.FS
