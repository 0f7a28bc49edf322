package database

import (
	"context"
	"io/fs"
)

// MigrateFrom migrates by other steps than the program's.
func (d *Database) MigrateFrom(ctx context.Context, folder fs.FS) error {
	return d.migrate(ctx, folder)
}

// Prepared is how many texts are in the cache.
func (d *Database) Prepared() int {
	d.driver.prepared.mu.Lock()
	defer d.driver.prepared.mu.Unlock()
	return d.driver.prepared.recent.Len()
}

// PreparedStatements is how many may be.
const PreparedStatements = preparedStatements

// Coded is coded.
var Coded = coded
