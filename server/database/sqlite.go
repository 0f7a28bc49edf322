package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"entgo.io/ent/dialect"
	"modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is SQLite's file in the data folder.
const FileName = "hub.db"

// readers is the size of the pool for reading.
const readers = 8

// Times are stored in UTC and in one layout, because SQLite compares them as text. synchronous(FULL) has a write on
// disk before it is acknowledged; secure_delete overwrites what is deleted. Transactions take the write lock at once,
// so that none fails at its first write.
const (
	sqliteSettings = "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=cache_size(-8000)" +
		"&_time_format=sqlite&_timezone=UTC"
	sqliteWriter = sqliteSettings +
		"&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(67108864)&_pragma=secure_delete(1)&_txlock=immediate"
	sqliteReader = sqliteSettings + "&_pragma=query_only(1)"
)

func openSQLite(ctx context.Context, o Options) (*Database, error) {
	path, err := filepath.Abs(filepath.Join(o.Path, FileName))
	if err != nil {
		return nil, fmt.Errorf("find the data folder %s: %w", o.Path, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("create the data folder: %w", err)
	}
	name := "file:" + (&url.URL{Path: path}).EscapedPath()
	writes, err := sql.Open("sqlite", name+sqliteWriter)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	writes.SetMaxOpenConns(1)
	writes.SetMaxIdleConns(1)
	reads, err := sql.Open("sqlite", name+sqliteReader)
	if err != nil {
		_ = writes.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	connections := readers
	if o.Connections > 0 {
		connections = o.Connections
	}
	reads.SetMaxOpenConns(connections)
	reads.SetMaxIdleConns(connections)
	reads.SetConnMaxIdleTime(5 * time.Minute)

	db := newDatabase(dialect.SQLite, reads, writes)
	if err := patiently(ctx, func() error { return checkSQLite(ctx, db) }); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return db, nil
}

// patiently retries while another process turns on the write-ahead log of a new file: SQLite does not wait for that by
// itself.
func patiently(ctx context.Context, open func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		err := open()
		var busy *sqlite.Error
		if !errors.As(err, &busy) || busy.Code() != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// checkSQLite checks the settings of the connections, because SQLite silently ignores a misspelt one. The writer comes
// first: it creates the file.
func checkSQLite(ctx context.Context, db *Database) error {
	for _, want := range []struct {
		pool         *sql.DB
		query, value string
		otherwise    string
	}{
		{
			db.writes, "PRAGMA journal_mode", "wal",
			"the write-ahead log cannot be used here; is the data folder on a network file system or read-only?",
		},
		{db.writes, "PRAGMA foreign_keys", "1", "foreign keys are not enforced"},
		{db.writes, "PRAGMA synchronous", "2", "writes would not be on the disk when they are acknowledged"},
		{db.writes, "PRAGMA secure_delete", "1", "deleted data would stay in the file"},
		{db.reads, "PRAGMA query_only", "1", "readers could write"},
	} {
		value, err := setting(ctx, want.pool, want.query)
		if err != nil {
			return err
		}
		if value != want.value {
			return fmt.Errorf("%s (%s is %s, not %s)", want.otherwise, want.query, value, want.value)
		}
	}
	return nil
}
