// Package migrations holds the steps that build the database, one folder per dialect, each step in a file of the same
// name in both. They are written by scripts/migrate from the ent schema; a step that has shipped is never edited.
package migrations

import (
	"embed"
	"io/fs"

	"entgo.io/ent/dialect"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// Folder is the steps of one of ent's dialects, in the files <version>_<name>.sql.
func Folder(of string) (fs.FS, error) {
	name := of
	if of == dialect.SQLite {
		name = "sqlite"
	}
	return fs.Sub(files, name)
}
