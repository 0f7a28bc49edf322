package database

import (
	"context"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
)

// Analyze renews the statistics by which the database plans statements, after much has changed at once. It takes
// seconds for a large database, and reads and writes go on beside it on PostgreSQL.
func (d *Database) Analyze(ctx context.Context) (err error) {
	if d.Dialect() == dialect.SQLite {
		// The limit is how many entries of an index are looked at.
		return d.statistics(ctx, "PRAGMA analysis_limit = 1000; ANALYZE")
	}
	side := d.side() // its connection has no timeouts
	defer func() { err = errors.Join(err, side.Close()) }()
	if _, err := side.ExecContext(ctx, "ANALYZE"); err != nil {
		return fmt.Errorf("renew the statistics: %w", err)
	}
	return nil
}

// Optimize renews the statistics of the tables of which SQLite has none, and of those that have become ten times as
// large or small. PostgreSQL does that by itself.
func (d *Database) Optimize(ctx context.Context) error {
	if d.Dialect() != dialect.SQLite {
		return nil
	}
	// 2 is to analyse, 0x10000 to look at all tables, not only at those that this connection has queried.
	return d.statistics(ctx, "PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002")
}

func (d *Database) statistics(ctx context.Context, statements string) error {
	if _, err := d.writes.ExecContext(ctx, statements); err != nil {
		return fmt.Errorf("renew the statistics: %w", err)
	}
	return nil
}
