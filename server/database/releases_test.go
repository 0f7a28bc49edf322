package database_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/dialect"

	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// The database of every release, with demo content, migrates to this version without losing data.
func TestMigratingFromReleases(t *testing.T) {
	dumps, err := filepath.Glob("../../schema/migrations/testdata/*.sql")
	if err != nil || len(dumps) == 0 {
		t.Fatal("there are no dumps of releases", err)
	}
	for _, dump := range dumps {
		t.Run(filepath.Base(dump), func(t *testing.T) {
			text, err := os.ReadFile(dump)
			if err != nil {
				t.Fatal(err)
			}
			var options database.Options
			var restored *sql.DB
			if strings.HasSuffix(dump, ".sqlite.sql") {
				options = database.Options{Path: t.TempDir()}
				restored, err = sql.Open("sqlite", filepath.Join(options.Path, database.FileName))
			} else {
				options = databasetest.EmptyPostgresOptions(t)
				restored, err = sql.Open("postgres", options.URL)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := restored.ExecContext(t.Context(), string(text)); err != nil {
				t.Fatal(err)
			}
			if err := restored.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := database.Open(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			for table, want := range map[string]int{
				"practices": 15, "reports": 23, "municipalities": 476, "number_uses": 838, "practice_themes": 24, "entries": 57,
			} {
				if n := rows(t.Context(), t, db, table); n != want {
					t.Errorf("%d rows in %s, wanted %d", n, table, want)
				}
			}
			among := "NOT (%s = ANY (practices.terms))"
			if db.Dialect() == dialect.SQLite {
				among = "instr(practices.terms, %s) = 0"
			}
			for id, join := range map[string]string{
				"practices.owner_id":                 "",
				"('kind_' || lower(practices.kind))": "",
				"l.theme_id":                         " JOIN practice_themes AS l ON l.practice_id = practices.id",
				"l.municipality_id":                  " JOIN content_municipalities AS l ON l.content_id = practices.id",
				"l.organization_id":                  " JOIN content_organizations AS l ON l.content_id = practices.id",
			} {
				if n := rows(t.Context(), t, db, "practices"+join+" WHERE "+fmt.Sprintf(among, id)); n != 0 {
					t.Errorf("%d rows of practices lack %s in their terms", n, id)
				}
			}
		})
	}
}

func rows(ctx context.Context, t *testing.T, db *database.Database, table string) (n int) {
	t.Helper()
	if err := db.DB().QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
