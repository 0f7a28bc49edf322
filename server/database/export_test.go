package database

import (
	"context"
	"io/fs"
)

// MigrateFrom migrates by other steps than the program's.
func (d *Database) MigrateFrom(ctx context.Context, folder fs.FS) error {
	return d.migrate(ctx, folder)
}

// Prepared returns how many texts a connection keeps.
func (d *Database) Prepared(ctx context.Context) (n int, err error) {
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return n, conn.Raw(func(raw any) error {
		n = raw.(*impatientConn).prepared.recent.Len()
		return nil
	})
}

// PreparedStatements is how many may be.
const PreparedStatements = preparedStatements

// Coded is coded.
var Coded = coded
