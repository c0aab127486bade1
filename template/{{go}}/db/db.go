// Kept by the platform: docs/ownership.md says what that means.

// Package db carries the migrations inside the binary.
package db

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations returns the SQL files, whose names begin with their versions.
func Migrations() fs.FS {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return migrations
}
