// Package databasetest gives tests a database of their own on SQLite and PostgreSQL: with the program's schema and
// nothing in it, or a copy of a Template.
package databasetest

import (
	"os"
	"path/filepath"
	"testing"

	"dugnad/server/database"
)

// Each runs the test on both dialects. See PostgreSQL for when that half is skipped.
func Each(t *testing.T, test func(t *testing.T, db *database.Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite is a new database in a temporary folder, closed when the test ends.
func SQLite(t testing.TB) *database.Database {
	t.Helper()
	return open(t, SQLiteOptions(t))
}

// Postgres is a new database on the server of HUB_TEST_POSTGRES_URL, dropped when the test ends. Without the variable
// the test is skipped, and fails where CI=true.
func Postgres(t testing.TB) *database.Database {
	t.Helper()
	return open(t, PostgresOptions(t))
}

// SQLiteOptions make a migrated database and say how to open it.
func SQLiteOptions(t testing.TB) database.Options {
	t.Helper()
	folder := t.TempDir()
	content, err := sqliteTemplate()
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, database.FileName), content, 0o600)
	}
	if err != nil {
		t.Fatalf("make a SQLite database: %v", err)
	}
	return database.Options{Path: folder}
}

// PostgresOptions make a migrated database and say how to open it.
func PostgresOptions(t testing.TB) database.Options {
	t.Helper()
	return database.Options{URL: postgresCopy(t, postgresTemplate(t)), Connections: 10}
}

// EmptyPostgresOptions make a database without any schema and say how to open it.
func EmptyPostgresOptions(t testing.TB) database.Options {
	t.Helper()
	return database.Options{URL: postgresCopy(t, "template0"), Connections: 10}
}

func open(t testing.TB, o database.Options) *database.Database {
	t.Helper()
	db, err := database.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}
