// Package faults holds the tests that kill the service and its database. `make test-faults` runs them; they take minutes.
package faults
