package database_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/ent/theme"
	"dugnad/schema"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

func client(t *testing.T, db *database.Database) *ent.Client {
	t.Helper()
	return ent.NewClient(ent.Driver(db.Driver()))
}

func addThemes(t *testing.T, c *ent.Client, n int) {
	t.Helper()
	for i := range n {
		c.Theme.Create().SetID(fmt.Sprintf("the_%03d", i)).SetSlug(fmt.Sprintf("theme-%d", i)).SetPosition(i).
			SetLabelTexts(schema.LocalText{{Language: "nb", Text: "Tema"}, {Language: "en", Text: "Theme"}}).ExecX(t.Context())
	}
}

func TestJSONIsWrittenAndRead(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		addThemes(t, c, 1)
		if got := c.Theme.GetX(t.Context(), "the_000").LabelTexts.In(nil); got != "Tema" {
			t.Errorf("the label is %q", got)
		}
		c.Theme.UpdateOneID("the_000").SetLabelTexts(schema.LocalText{{Language: "nb", Text: "Ny"}}).ExecX(t.Context())
		if got := c.Theme.GetX(t.Context(), "the_000").LabelTexts.In(nil); got != "Ny" {
			t.Errorf("after an update the label is %q", got)
		}
	})
}

// Two hours east, an hour's difference turns round when times are compared as text.
func TestTimesOfOtherZones(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		east := time.FixedZone("CEST", 2*60*60)
		noon := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
		add := func(node string, at time.Time) {
			c.Change.Create().SetAt(at).SetNodeID(node).SetType("PRACTICE").SetAction(schema.Upsert).
				SetAudience(schema.Public).SetActor("test").ExecX(t.Context())
		}
		add("third", noon)
		add("first", noon.Add(-time.Hour).In(east)) // reads 13:00
		add("fourth", noon.Add(500*time.Millisecond).In(east))
		add("second", noon.Add(-time.Minute).In(time.FixedZone("", -9*60*60))) // reads 02:59
		order := func(q *ent.ChangeQuery) (nodes []string) {
			for _, row := range q.Order(change.ByAt()).AllX(t.Context()) {
				nodes = append(nodes, row.NodeID)
			}
			return nodes
		}
		if got, want := order(c.Change.Query()), []string{"first", "second", "third", "fourth"}; !slices.Equal(got, want) {
			t.Errorf("the order is %v, not %v", got, want)
		}
		if got, want := order(
			c.Change.Query().Where(change.AtGTE(noon.In(east))),
		), []string{"third", "fourth"}; !slices.Equal(got, want) {
			t.Errorf("from noon on: %v, not %v", got, want)
		}
		if got, want := order(
			c.Change.Query().Where(change.AtEQ(noon.In(east))),
		), []string{"third"}; !slices.Equal(got, want) {
			t.Errorf("at noon: %v, not %v", got, want)
		}
		read := c.Change.Query().Where(change.NodeID("first")).OnlyX(t.Context()).At
		if !read.Equal(noon.Add(-time.Hour)) || read.Format("-07:00") != "+00:00" {
			t.Errorf("read back as %v", read)
		}
	})
}

func TestTransactionIsSharedByGoroutines(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		addThemes(t, c, 200)
		for range 50 {
			tx, err := c.Tx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tx.Theme.UpdateOneID("the_000").SetPosition(1000).ExecX(t.Context())
			var wait sync.WaitGroup
			for range 4 {
				wait.Go(func() {
					n, err := tx.Theme.Query().All(t.Context())
					if err != nil || len(n) != 200 {
						t.Errorf("%d themes, %v", len(n), err)
					}
					if n, err := tx.Theme.Query().Where(theme.Position(1000)).Count(t.Context()); err != nil || n != 1 {
						t.Errorf("%d moved themes, %v", n, err)
					}
				})
			}
			wait.Wait()
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
		if n := c.Theme.Query().Where(theme.Position(1000)).CountX(t.Context()); n != 0 {
			t.Error("the rollback left something behind")
		}
	})
}

func TestOpenRowsHoldTheTransaction(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		addThemes(t, client(t, db), 3)
		for range 50 {
			tx, err := db.Driver().Tx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			rows := &entsql.Rows{}
			if err := tx.Query(t.Context(), "SELECT id FROM themes", []any{}, rows); err != nil {
				t.Fatal(err)
			}
			rows.Next()
			done := make(chan error, 1)
			go func() {
				other := &entsql.Rows{}
				err := tx.Query(t.Context(), "SELECT slug FROM themes", []any{}, other)
				if err == nil {
					err = other.Close()
				}
				done <- err
			}()
			left := 1
			for rows.Next() {
				left++
			}
			if left != 3 || rows.Err() != nil {
				t.Fatalf("%d rows, %v", left, rows.Err())
			}
			select {
			case err := <-done:
				t.Fatalf("the second query ran while rows were open: %v", err)
			default:
			}
			_ = rows.Close()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Unclosed rows block other queries until the context ends, and no longer.
func TestWaitingForRowsEndsWithTheContext(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		tx, err := db.Driver().Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback() //nolint:errcheck // the test is over
		rows := &entsql.Rows{}
		if err := tx.Query(t.Context(), "SELECT 1", []any{}, rows); err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if err := tx.Exec(ctx, "DELETE FROM themes", []any{}, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestReadsGoOnWhileATransactionWrites(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		addThemes(t, c, 3)
		tx, err := c.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tx.Theme.UpdateOneID("the_000").SetPosition(7).ExecX(t.Context())
		if got := c.Theme.GetX(t.Context(), "the_000").Position; got != 0 {
			t.Errorf("a reader sees position %d before the commit", got)
		}
		reading, err := c.BeginTx(t.Context(), &entsql.TxOptions{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := reading.Theme.Query().CountX(t.Context()); n != 3 {
			t.Errorf("%d themes", n)
		}
		if err := reading.Theme.UpdateOneID("the_000").SetPosition(8).Exec(t.Context()); err == nil {
			t.Error("a read-only transaction wrote")
		}
		_ = reading.Rollback()
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := c.Theme.GetX(t.Context(), "the_000").Position; got != 7 {
			t.Errorf("after the commit a reader sees position %d", got)
		}
	})
}

// Eight writers and eight readers at once get no error about a locked database.
func TestManyWriters(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		var wait sync.WaitGroup
		for w := range 8 {
			wait.Go(func() {
				for i := range 10 {
					tx, err := c.Tx(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					slug := fmt.Sprintf("theme-%d-%d", w, i)
					// A transaction that reads first is not refused when it goes on to write.
					if _, err := tx.Theme.Query().Count(t.Context()); err != nil {
						t.Error(err)
					}
					if err := tx.Theme.Create().SetID(slug).SetSlug(slug).SetLabelTexts(schema.LocalText{}).Exec(t.Context()); err != nil {
						t.Error(err)
					}
					if err := tx.Commit(); err != nil {
						t.Error(err)
					}
					if _, err := c.Theme.Query().Count(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if n := c.Theme.Query().CountX(t.Context()); n != 80 {
			t.Errorf("%d themes", n)
		}
	})
}

func TestCount(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		c := client(t, db)
		addThemes(t, c, 3)
		ctx, counter := database.Count(t.Context())
		c.Theme.Query().WithChildren().AllX(ctx)
		if n := counter.Statements(); n != 2 {
			t.Errorf("%d statements, not 2: %q", n, counter.Texts())
		}
		tx, err := c.Tx(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tx.Theme.Query().CountX(ctx)
		if _, err := tx.ExecContext(ctx, "DELETE FROM themes"); err != nil {
			t.Fatal(err)
		}
		c.Theme.Query().CountX(t.Context()) // not under the counter
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		texts := counter.Texts()
		if len(texts) != 4 || !strings.Contains(texts[2], "COUNT") || texts[3] != "DELETE FROM themes" {
			t.Errorf("the texts are %q", texts)
		}
	})
}

func TestSQLiteForeignKeysAreEnforced(t *testing.T) {
	c := client(t, databasetest.SQLite(t))
	err := c.Theme.Create().SetID("the_a").SetSlug("a").SetLabelTexts(schema.LocalText{}).SetParentID("the_missing").Exec(t.Context())
	if !ent.IsConstraintError(err) {
		t.Errorf("got %v", err)
	}
}

func TestSQLiteFolderNames(t *testing.T) {
	for _, name := range []string{"with space", "100%", "what?x=1", "a#b", "søk"} {
		folder := filepath.Join(t.TempDir(), name, "deeper")
		db, err := database.Open(t.Context(), database.Options{Path: folder})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if db.Dialect() != dialect.SQLite {
			t.Errorf("the dialect is %s", db.Dialect())
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if found, _ := filepath.Glob(filepath.Join(t.TempDir(), "*")); len(found) != 0 {
			t.Errorf("files beside the folder: %v", found)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
