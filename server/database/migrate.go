package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/schema/migrations"
)

// Migrate applies the steps that the database lacks, each in its own transaction, and records them in the table
// schema_revisions. Replicas that start together wait for one another. It returns an error for a database that is newer
// than the program, or to which a step was applied whose file has changed since.
func (d *Database) Migrate(ctx context.Context) error {
	folder, err := migrations.Folder(d.Dialect())
	if err != nil {
		return err
	}
	return d.migrate(ctx, folder)
}

func (d *Database) migrate(ctx context.Context, folder fs.FS) error {
	steps, err := readSteps(d.Dialect(), folder)
	if err != nil {
		return err
	}
	// Most starts end here, without a lock.
	if todo, err := d.todo(ctx, steps); err != nil || len(todo) == 0 {
		return err
	}
	if d.Dialect() == dialect.SQLite {
		err = d.migrateSQLite(ctx, steps)
	} else {
		err = d.migratePostgres(ctx, steps)
	}
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

// todo returns the pending steps.
func (d *Database) todo(ctx context.Context, steps []step) ([]step, error) {
	exists := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_revisions'"
	if d.Dialect() == dialect.Postgres {
		exists = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_revisions')"
	}
	var tables int
	if err := d.reads.QueryRowContext(ctx, exists).Scan(&tables); err != nil {
		return nil, fmt.Errorf("look for schema_revisions: %w", err)
	}
	if tables == 0 {
		return steps, nil
	}
	done, err := readRevisions(ctx, d.reads)
	if err != nil {
		return nil, err
	}
	return pending(steps, done)
}

// migrateSQLite turns foreign keys off, which is only possible outside transactions: with them on, replacing a table
// deletes the rows that refer to it. They are checked before each commit instead.
func (d *Database) migrateSQLite(ctx context.Context, steps []step) (err error) {
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// Another replica's migration may take longer than the usual 5 seconds.
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = off; PRAGMA busy_timeout = 600000"); err != nil {
		return err
	}
	defer func() {
		_, restored := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA foreign_keys = on; PRAGMA busy_timeout = 5000")
		err = errors.Join(err, restored)
	}()
	return applyAll(ctx, conn, sqliteMigration, steps)
}

// migrationLock is the key of the advisory lock that a migrating replica holds.
const migrationLock = 0x64_75_67_6e_61_64_01

func (d *Database) migratePostgres(ctx context.Context, steps []step) (err error) {
	side := d.side() // its connection has no timeouts, and closing it releases the lock
	defer func() { err = errors.Join(err, side.Close()) }()
	conn, err := side.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("wait for another replica: %w", err)
	}
	return applyAll(ctx, conn, postgresMigration, steps)
}

// migration holds what a dialect does differently when it applies a step.
type migration struct {
	begin  string
	table  string
	insert string
	// broken is a query for violations after the step, one per row; empty if the database checks them itself.
	broken string
}

var (
	sqliteMigration = migration{
		begin:  "BEGIN IMMEDIATE",
		table:  "CREATE TABLE IF NOT EXISTS schema_revisions (version text NOT NULL PRIMARY KEY, name text NOT NULL, applied_at datetime NOT NULL, hash text NOT NULL)",
		insert: "INSERT INTO schema_revisions (version, name, applied_at, hash) VALUES (?, ?, ?, ?)",
		broken: `SELECT "table" || ' refers to a missing row of ' || "parent" FROM pragma_foreign_key_check LIMIT 1`,
	}
	postgresMigration = migration{
		// A schema change that waits for a table blocks all later queries, so it does not wait for long.
		begin:  "BEGIN; SET LOCAL lock_timeout = '15s'",
		table:  "CREATE TABLE IF NOT EXISTS schema_revisions (version text NOT NULL PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL, hash text NOT NULL)",
		insert: "INSERT INTO schema_revisions (version, name, applied_at, hash) VALUES ($1, $2, $3, $4)",
	}
)

func applyAll(ctx context.Context, conn *sql.Conn, m migration, steps []step) error {
	for {
		more, err := m.applyNext(ctx, conn, steps)
		if err != nil || !more {
			return err
		}
	}
}

// applyNext applies the first pending step and reports whether there was one. It looks inside its transaction, because
// another process may have been faster.
func (m migration) applyNext(ctx context.Context, conn *sql.Conn, steps []step) (more bool, err error) {
	if _, err := conn.ExecContext(ctx, m.begin); err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	end := "ROLLBACK"
	defer func() {
		if _, ended := conn.ExecContext(context.WithoutCancel(ctx), end); ended != nil {
			more, err = false, errors.Join(err, fmt.Errorf("%s: %w", end, ended))
		}
	}()
	if _, err := conn.ExecContext(ctx, m.table); err != nil {
		return false, err
	}
	done, err := readRevisions(ctx, conn)
	if err != nil {
		return false, err
	}
	todo, err := pending(steps, done)
	if err != nil || len(todo) == 0 {
		return false, err
	}
	next := todo[0]
	if err := m.apply(ctx, conn, next); err != nil {
		return false, fmt.Errorf("step %s: %w", next, err)
	}
	end = "COMMIT"
	slog.InfoContext(ctx, "database migrated", "step", next.String())
	return true, nil
}

func (m migration) apply(ctx context.Context, conn *sql.Conn, next step) error {
	for i, text := range next.statements {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("statement %d: %w", i+1, err)
		}
	}
	if m.broken != "" {
		var what string
		switch err := conn.QueryRowContext(ctx, m.broken).Scan(&what); {
		case err == nil:
			return errors.New(what)
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("check foreign keys: %w", err)
		}
	}
	_, err := conn.ExecContext(ctx, m.insert, next.version, next.name, time.Now().UTC(), next.hash)
	return err
}
