package app

import "testing"

// SetRoles makes these the roles that a service knows, until the test ends.
func SetRoles(t testing.TB, names ...string) {
	t.Helper()
	before := roles
	roles = names
	t.Cleanup(func() { roles = before })
}
