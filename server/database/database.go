// Package database opens the hub's database, SQLite in the data folder or PostgreSQL, and migrates it to the program's
// schema. Nothing else names database drivers. Transactions of its ent driver are safe for concurrent use.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Options selects the database to open.
type Options struct {
	// URL is a PostgreSQL URL, or empty for SQLite. It may set statement_timeout, lock_timeout,
	// idle_in_transaction_session_timeout and application_name; binary_parameters is refused.
	URL string
	// Path is the data folder, created if missing; SQLite's file is hub.db in it.
	Path string
	// Connections is the size of the pool; 0 means 20 on PostgreSQL and 8 readers on SQLite, which always has one writer.
	Connections int
}

// Database is an open database. It is safe for concurrent use.
type Database struct {
	driver *driver
	reads  *sql.DB // SQLite: a pool that cannot write
	writes *sql.DB // SQLite: a pool of one connection

	// PostgreSQL only.
	url  string
	side func() *sql.DB // a pool of one connection without time limits, for migrations
}

// Open opens the database and checks that it answers and has the settings that the hub needs. It changes nothing: see
// Migrate.
func Open(ctx context.Context, o Options) (*Database, error) {
	if o.URL == "" {
		return openSQLite(ctx, o)
	}
	return openPostgres(ctx, o)
}

// Driver returns the driver for ent.NewClient(ent.Driver(db.Driver())). Reads outside transactions go to the readers,
// everything else to the writer. Inside a transaction write through its own client only: on SQLite any other write
// deadlocks with it.
func (d *Database) Driver() dialect.Driver { return d.driver }

// Dialect returns dialect.SQLite or dialect.Postgres.
func (d *Database) Dialect() string { return d.driver.dialect }

// DB returns the pool that may write. On SQLite it is one connection: holding it blocks all writers.
func (d *Database) DB() *sql.DB { return d.writes }

// Ping returns an error if the database does not answer. It does not wait for SQLite's writer.
func (d *Database) Ping(ctx context.Context) error { return d.reads.PingContext(ctx) }

// Close closes all connections, the writer last, which moves SQLite's write-ahead log into the file.
func (d *Database) Close() error {
	if d.reads == d.writes {
		return d.writes.Close()
	}
	return errors.Join(d.reads.Close(), d.writes.Close())
}

func newDatabase(of string, reads, writes *sql.DB) *Database {
	return &Database{
		driver: &driver{dialect: of, reads: entsql.OpenDB(of, reads), writes: entsql.OpenDB(of, writes)},
		reads:  reads,
		writes: writes,
	}
}

// setting returns the one value of a query for a setting of the database.
func setting(ctx context.Context, db *sql.DB, query string) (string, error) {
	var value string
	if err := db.QueryRowContext(ctx, query).Scan(&value); err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	return value, nil
}
