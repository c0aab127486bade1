// Kept by the platform: docs/ownership.md says what that means.

package oidc

// OpenOver is Open over a transport of the test's choice.
var OpenOver = open
