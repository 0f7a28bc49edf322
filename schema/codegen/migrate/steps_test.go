package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// needPostgres skips the test without a server, and fails where CI=true.
func needPostgres(t *testing.T) {
	t.Helper()
	if os.Getenv("HUB_TEST_POSTGRES_URL") != "" {
		return
	}
	const how = "HUB_TEST_POSTGRES_URL is not set: run scripts/test, which starts a server"
	if os.Getenv("CI") == "true" {
		t.Fatal(how)
	}
	t.Skip(how)
}

func TestMigrationsGiveTheSchema(t *testing.T) {
	all, err := readSteps(filepath.Join("..", "..", "migrations"), false)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range all {
		t.Run(f.dialect, func(t *testing.T) {
			if f.dialect == dialect.Postgres {
				needPostgres(t)
			}
			differs, err := all[i:i+1].diff(t.Context(), "check", time.Now(), tables())
			if err != nil {
				t.Fatal(err)
			}
			if !differs {
				return
			}
			files, err := f.steps.Files()
			if err != nil {
				t.Fatal(err)
			}
			t.Errorf("%v; it would write\n%s", errDiffers, files[len(files)-1].Bytes())
		})
	}
}

// practices is a table with the columns, all of them texts.
func practices(columns ...string) []*schema.Table {
	table := schema.NewTable("practices")
	table.AddPrimary(&schema.Column{Name: "id", Type: field.TypeString})
	for _, name := range columns {
		table.AddColumn(&schema.Column{Name: name, Type: field.TypeString, Unique: name == "slug"})
	}
	return []*schema.Table{table}
}

func TestOneStepAfterAnother(t *testing.T) {
	needPostgres(t)
	root := t.TempDir()
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	step := func(name string, fresh bool, tables []*schema.Table) []string {
		t.Helper()
		all, err := readSteps(root, fresh)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := all.diff(t.Context(), name, now, tables)
		if err != nil {
			t.Fatal(err)
		}
		if !changed {
			return nil
		}
		written, err := all.write(fresh)
		if err != nil {
			t.Fatal(err)
		}
		for i, path := range written {
			if written[i], err = filepath.Rel(root, path); err != nil {
				t.Fatal(err)
			}
		}
		return written
	}
	expect := func(got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("wrote %q, not %q", got, want)
		}
	}
	expect(step("init", false, practices("title")), "sqlite/20260102030405_init.sql", "postgres/20260102030405_init.sql")
	expect(step("nothing", false, practices("title")))
	// In the same second.
	expect(
		step("slug", false, practices("title", "slug")), "sqlite/20260102030406_slug.sql", "postgres/20260102030406_slug.sql",
	)
	expect(step("nothing", false, practices("title", "slug")))

	// A change that only one dialect sees still makes a step in both.
	typed := practices("title", "slug")
	typed[0].Columns[1].SchemaType = map[string]string{dialect.Postgres: "text"}
	expect(step("text", false, typed), "sqlite/20260102030407_text.sql", "postgres/20260102030407_text.sql")
	text, err := os.ReadFile(filepath.Join(root, "sqlite", "20260102030407_text.sql"))
	if err != nil || !strings.HasPrefix(string(text), "-- Nothing to do here") {
		t.Errorf("SQLite's step is %q, %v", text, err)
	}
	expect(step("nothing", false, typed))

	expect(step("init", true, typed), "sqlite/20260102030405_init.sql", "postgres/20260102030405_init.sql")
	if left, _ := filepath.Glob(filepath.Join(root, "*", "*.sql")); len(left) != 2 {
		t.Errorf("a fresh start left %q", left)
	}
	expect(step("nothing", false, typed))

	if err := os.WriteFile(filepath.Join(root, "sqlite", "20260102030405_init.sql"), []byte("-- edited\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSteps(root, false); err == nil || !strings.Contains(err.Error(), "edited") {
		t.Errorf("an edited step: %v", err)
	}
}
