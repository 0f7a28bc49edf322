// Package database opens the hub's database, SQLite in the data folder or PostgreSQL, and brings it up to the program's schema.
// It is the only place that names database drivers, and it hands ent a driver whose transactions may be used from several
// goroutines at once.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Options say which database to open.
type Options struct {
	// URL is a PostgreSQL URL, or empty for SQLite. It may set statement_timeout, lock_timeout,
	// idle_in_transaction_session_timeout and application_name; binary_parameters is refused.
	URL string
	// Path is the data folder, made if it is missing; SQLite's file is hub.db in it.
	Path string
	// Connections bounds the pool: 20 on PostgreSQL if it is 0, and 8 readers on SQLite, which has one writer always.
	Connections int
}

// Database is an open database. It is safe for use by several goroutines.
type Database struct {
	driver *driver
	reads  *sql.DB // SQLite: a pool that cannot write
	writes *sql.DB // SQLite: a pool of one connection

	// PostgreSQL only.
	url  string
	side func() *sql.DB // a pool of one connection without time limits, for migrations
}

// Open opens the database and checks that it answers and is set up as the hub needs it. It changes nothing in it: see Migrate.
func Open(ctx context.Context, o Options) (*Database, error) {
	if o.URL == "" {
		return openSQLite(ctx, o)
	}
	return openPostgres(ctx, o)
}

// Driver is what ent.NewClient(ent.Driver(db.Driver())) takes. Reads outside transactions go to the readers; everything else, and
// every transaction that is not read-only, to the writer. Inside a transaction write through its own client only: on SQLite, another
// write would wait for the transaction, which waits for it.
func (d *Database) Driver() dialect.Driver { return d.driver }

// Dialect is dialect.SQLite or dialect.Postgres.
func (d *Database) Dialect() string { return d.driver.dialect }

// DB is the pool that may write. On SQLite it is one connection: who holds it stops all writers.
func (d *Database) DB() *sql.DB { return d.writes }

// Ping asks whether the database answers. It does not wait for SQLite's writer.
func (d *Database) Ping(ctx context.Context) error { return d.reads.PingContext(ctx) }

// Close closes all connections, the writer's last: it moves SQLite's write-ahead log into the file.
func (d *Database) Close() error {
	d.driver.prepared.close()
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

// setting reads one value that tells how the database is set up.
func setting(ctx context.Context, db *sql.DB, query string) (string, error) {
	var value string
	if err := db.QueryRowContext(ctx, query).Scan(&value); err != nil {
		return "", fmt.Errorf("%s: %w", query, err)
	}
	return value, nil
}
