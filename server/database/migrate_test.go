package database_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"entgo.io/ent/dialect"

	"dugnad/schema/migrations"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// eachEmpty runs the test on both dialects, with options that open a database without a schema.
func eachEmpty(t *testing.T, test func(t *testing.T, o database.Options)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, database.Options{Path: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { test(t, databasetest.EmptyPostgresOptions(t)) })
}

func open(t *testing.T, o database.Options) *database.Database {
	t.Helper()
	db, err := database.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func number(t *testing.T, db *database.Database, query string) (n int) {
	t.Helper()
	if err := db.DB().QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func execute(t *testing.T, db *database.Database, statement string) {
	t.Helper()
	if _, err := db.DB().ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// steps is a folder of files by name.
func steps(texts map[string]string) fstest.MapFS {
	folder := fstest.MapFS{}
	for name, text := range texts {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

const firstStep = "20240101000000_init.sql"

// shelf has practices, themes and the rows that join them.
func shelf() fstest.MapFS {
	return steps(map[string]string{firstStep: `-- Create "practices" table
CREATE TABLE "practices" ("id" text NOT NULL, PRIMARY KEY ("id"));
CREATE TABLE "practice_themes" ("practice_id" text NOT NULL, "theme" text NOT NULL, PRIMARY KEY ("practice_id", "theme"),
  CONSTRAINT "practice_themes_practice_id" FOREIGN KEY ("practice_id") REFERENCES "practices" ("id") ON DELETE CASCADE);
`})
}

func with(folder fstest.MapFS, name, text string) fstest.MapFS {
	folder = maps.Clone(folder)
	folder[name] = &fstest.MapFile{Data: []byte(text)}
	return folder
}

// A table that other rows refer to is replaced, as generated migrations of SQLite do.
func TestReplacingATableKeepsJoinRows(t *testing.T) {
	rebuild := map[string]string{
		dialect.SQLite: `-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_practices" table
CREATE TABLE "new_practices" ("id" text NOT NULL, "title" text NOT NULL DEFAULT ('; --'), PRIMARY KEY ("id"));
INSERT INTO "new_practices" ("id") SELECT "id" FROM "practices";
DROP TABLE "practices";
ALTER TABLE "new_practices" RENAME TO "practices";
PRAGMA foreign_keys = on;
`,
		dialect.Postgres: `ALTER TABLE "practices" ADD COLUMN "title" text NOT NULL DEFAULT '; --';`,
	}
	eachEmpty(t, func(t *testing.T, o database.Options) {
		db := open(t, o)
		folder := shelf()
		if err := db.MigrateFrom(t.Context(), folder); err != nil {
			t.Fatal(err)
		}
		execute(t, db, "INSERT INTO practices (id) VALUES ('p')")
		execute(t, db, "INSERT INTO practice_themes (practice_id, theme) VALUES ('p', 't')")
		if err := db.MigrateFrom(t.Context(), with(folder, "20240102000000_title.sql", rebuild[db.Dialect()])); err != nil {
			t.Fatal(err)
		}
		if n := number(t, db, "SELECT count(*) FROM practice_themes"); n != 1 {
			t.Errorf("%d join rows, not 1", n)
		}
		if n := number(t, db, "SELECT count(*) FROM practices WHERE title = '; --'"); n != 1 {
			t.Errorf("%d practices with the title, not 1", n)
		}
		if _, err := db.DB().ExecContext(
			t.Context(), "INSERT INTO practice_themes (practice_id, theme) VALUES ('missing', 't')",
		); err == nil {
			t.Error("foreign keys are off after the migration")
		}
		execute(t, db, "DELETE FROM practices")
		if n := number(t, db, "SELECT count(*) FROM practice_themes"); n != 0 {
			t.Errorf("%d join rows without their practice", n)
		}
	})
}

func TestAStepThatFailsLeavesNothing(t *testing.T) {
	for name, text := range map[string]string{
		"bad SQL":       "CREATE TABLE other (id text); INSERT INTO nowhere VALUES (1);",
		"a broken link": "CREATE TABLE other (id text); DELETE FROM practices;",
	} {
		t.Run(name, func(t *testing.T) {
			eachEmpty(t, func(t *testing.T, o database.Options) {
				if name == "a broken link" && o.URL != "" {
					text += "INSERT INTO practice_themes VALUES ('p', 't');" // there the first deletes the row, too
				}
				db := open(t, o)
				folder := shelf()
				if err := db.MigrateFrom(t.Context(), folder); err != nil {
					t.Fatal(err)
				}
				execute(t, db, "INSERT INTO practices (id) VALUES ('p')")
				execute(t, db, "INSERT INTO practice_themes (practice_id, theme) VALUES ('p', 't')")
				err := db.MigrateFrom(t.Context(), with(folder, "20240102000000_bad.sql", text))
				if err == nil || !strings.Contains(err.Error(), "20240102000000_bad") {
					t.Errorf("got %v", err)
				}
				if n := number(t, db, "SELECT count(*) FROM practices"); n != 1 {
					t.Errorf("%d practices, not 1", n)
				}
				if n := number(t, db, "SELECT count(*) FROM schema_revisions"); n != 1 {
					t.Errorf("%d steps are remembered, not 1", n)
				}
				good := with(folder, "20240102000000_good.sql", "CREATE TABLE other (id text);")
				if err := db.MigrateFrom(t.Context(), good); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	first := shelf()
	second := with(first, "20240102000000_second.sql", "CREATE TABLE second (id text);")
	for _, test := range []struct {
		name          string
		applied, then fs.FS
		says          string
	}{
		{"a newer database", second, first, "the database is newer than this program"},
		{"a database and no steps", first, fstest.MapFS{}, "the database is newer than this program"},
		{
			"a step that was edited", first, steps(map[string]string{firstStep: "CREATE TABLE other (id text);"}),
			"is not the one that was applied",
		},
		{"another way", second, with(first, "20240103000000_third.sql", "CREATE TABLE third (id text);"), "has diverged"},
		{
			"a step left out", second, with(second, "20240101120000_between.sql", "CREATE TABLE between_them (id text);"),
			"was never applied",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			eachEmpty(t, func(t *testing.T, o database.Options) {
				db := open(t, o)
				if err := db.MigrateFrom(t.Context(), test.applied); err != nil {
					t.Fatal(err)
				}
				before := number(t, db, "SELECT count(*) FROM schema_revisions")
				if err := db.MigrateFrom(t.Context(), test.then); err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v", err)
				}
				if after := number(t, db, "SELECT count(*) FROM schema_revisions"); after != before {
					t.Errorf("%d steps are remembered, not %d", after, before)
				}
			})
		})
	}
}

func TestReplicasMigrateTogether(t *testing.T) {
	eachEmpty(t, func(t *testing.T, o database.Options) {
		folder := shelf()
		for i := range 5 {
			folder = with(folder, fmt.Sprintf("2024010200000%d_more.sql", i), fmt.Sprintf("CREATE TABLE more%d (id text);", i))
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				db, err := database.Open(context.Background(), o)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.MigrateFrom(context.Background(), folder); err != nil {
					t.Error(err)
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := number(t, open(t, o), "SELECT count(*) FROM schema_revisions"); n != len(folder) {
			t.Errorf("%d steps are remembered, not %d", n, len(folder))
		}
	})
}

func TestStartTwice(t *testing.T) {
	eachEmpty(t, func(t *testing.T, o database.Options) {
		for range 2 {
			db, err := database.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			c := client(t, db)
			if n := c.Theme.Query().CountX(t.Context()); n > 0 {
				addThemes(t, c, 1)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// What begins and ends with semicolons is no business of the splitter.
func TestTriggersAndFunctions(t *testing.T) {
	trigger := map[string]string{
		dialect.SQLite: `CREATE TRIGGER kept BEFORE DELETE ON practices BEGIN SELECT 1; INSERT INTO practice_themes VALUES ('p', 'deleted'); SELECT RAISE(ABORT, 'kept; really'); END;
CREATE TABLE after_it (id text);`,
		dialect.Postgres: `CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RAISE EXCEPTION 'kept; really'; END $$;
CREATE TRIGGER kept BEFORE DELETE ON practices FOR EACH ROW EXECUTE FUNCTION kept();
CREATE TABLE after_it (id text);`,
	}
	eachEmpty(t, func(t *testing.T, o database.Options) {
		db := open(t, o)
		if err := db.MigrateFrom(
			t.Context(), with(shelf(), "20240102000000_trigger.sql", trigger[db.Dialect()]),
		); err != nil {
			t.Fatal(err)
		}
		execute(t, db, "INSERT INTO practices (id) VALUES ('p')")
		if _, err := db.DB().ExecContext(t.Context(), "DELETE FROM practices"); err == nil ||
			!strings.Contains(err.Error(), "kept; really") {
			t.Errorf("got %v", err)
		}
		number(t, db, "SELECT count(*) FROM after_it")
	})
}

func TestBothDialectsHaveTheSameSteps(t *testing.T) {
	names := map[string][]string{}
	for _, of := range []string{dialect.SQLite, dialect.Postgres} {
		folder, err := migrations.Folder(of)
		if err != nil {
			t.Fatal(err)
		}
		if names[of], err = fs.Glob(folder, "*.sql"); err != nil || len(names[of]) == 0 {
			t.Fatalf("%s has %d steps, %v", of, len(names[of]), err)
		}
	}
	if got, want := fmt.Sprint(names[dialect.SQLite]), fmt.Sprint(names[dialect.Postgres]); got != want {
		t.Errorf("SQLite has %s, PostgreSQL %s", got, want)
	}
}

func TestSQLiteFileHasAWriteAheadLog(t *testing.T) {
	folder := t.TempDir()
	db := open(t, database.Options{Path: folder})
	execute(t, db, "CREATE TABLE t (id text)")
	if found, _ := filepath.Glob(filepath.Join(folder, database.FileName+"-wal")); len(found) != 1 {
		t.Errorf("no log: %v", found)
	}
}
