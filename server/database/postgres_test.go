package database_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/ent/theme"
	"dugnad/fault"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

func TestBinaryParametersAreRefused(t *testing.T) {
	for _, address := range []string{
		"postgres://hub:hemmelig@localhost/hub?binary_parameters=yes",
		"host=localhost user=hub password=hemmelig binary_parameters=yes",
	} {
		_, err := database.Open(t.Context(), database.Options{URL: address})
		if err == nil || !strings.Contains(err.Error(), "binary_parameters") || strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("got %v", err)
		}
	}
}

func TestErrorsDoNotShowThePassword(t *testing.T) {
	for _, address := range []string{
		"postgres://hub:hemme/lig@localhost/hub",
		"postgres://hub:hemmelig%zz@localhost/hub",
		"postgres://hub:hemmelig@127.0.0.1:1/hub",
		"postgres://hub:hemmelig@localhost:99999/hub",
		"postgres://hub:hemmelig@/hub?sslmode=perhaps",
		"host=127.0.0.1 port=1 password='hemmelig",
		"host=127.0.0.1 port=1 password=hemmelig",
		"hemmelig",
	} {
		_, err := database.Open(t.Context(), database.Options{URL: address})
		if err == nil {
			t.Errorf("%s was opened", address)
		} else if strings.Contains(err.Error(), "hemme") {
			t.Errorf("the password is shown: %v", err)
		}
	}
}

func TestPostgresSettings(t *testing.T) {
	options := databasetest.PostgresOptions(t)
	address, err := url.Parse(options.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("lock_timeout", "3s")
	query.Set("timezone", "Europe/Oslo")
	address.RawQuery = query.Encode()
	db, err := database.Open(t.Context(), database.Options{URL: address.String()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, want := range map[string]string{
		"TimeZone": "UTC", "statement_timeout": "30s", "lock_timeout": "3s", "application_name": "dugnad",
		"idle_in_transaction_session_timeout": "30s",
	} {
		var got string
		if err := db.DB().QueryRowContext(t.Context(), "SHOW "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, not %s (%v)", name, got, want, err)
		}
	}
}

func woken(t *testing.T, wake <-chan struct{}) {
	t.Helper()
	select {
	case <-wake:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was woken")
	}
}

func TestListen(t *testing.T) {
	db := databasetest.Postgres(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	wake := db.Listen(ctx)
	woken(t, wake) // when it has begun to listen
	if _, err := db.DB().ExecContext(ctx, "SELECT pg_notify('changes', '')"); err != nil {
		t.Fatal(err)
	}
	woken(t, wake)

	// Its connection is lost: it wakes up when it has another, and hears again.
	const kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN \"changes\"'"
	var killed bool
	if err := db.DB().QueryRowContext(ctx, kill).Scan(&killed); err != nil || !killed {
		t.Fatalf("the listener's connection was not found: %v", err)
	}
	woken(t, wake)
	if _, err := db.DB().ExecContext(ctx, "SELECT pg_notify('changes', '')"); err != nil {
		t.Fatal(err)
	}
	woken(t, wake)
}

func TestListenOnSQLite(t *testing.T) {
	if databasetest.SQLite(t).Listen(t.Context()) != nil {
		t.Error("there is a channel that nothing is sent on")
	}
}

func TestPreparedStatementsAreBounded(t *testing.T) {
	db := databasetest.Postgres(t)
	c := client(t, db)
	addThemes(t, c, 3)
	for n := range database.PreparedStatements + 50 {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("the_%03d", i)
		}
		for range 3 {
			if got := c.Theme.Query().Where(theme.IDIn(ids...)).CountX(t.Context()); got != min(n, 3) {
				t.Fatalf("%d themes for %d ids", got, n)
			}
		}
	}
	if n, err := db.Prepared(t.Context()); err != nil || n == 0 || n > database.PreparedStatements {
		t.Errorf("%d texts are kept: %v", n, err)
	}
}

// A transaction prepares what is repeated, on its own connection, and so do writes.
func TestPreparedStatementsInTransactions(t *testing.T) {
	db := databasetest.Postgres(t)
	addThemes(t, client(t, db), 3)
	tx, err := db.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // it only reads
	prepared := func(like string) (n int) {
		t.Helper()
		const query = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE "
		if err := tx.QueryRowContext(t.Context(), query+"'"+like+"'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range 4 {
		var slug string
		id := fmt.Sprintf("the_%03d", i%3)
		err := tx.QueryRowContext(t.Context(), `SELECT slug FROM themes WHERE id = $1`, id).Scan(&slug)
		if want := fmt.Sprintf("theme-%d", i%3); err != nil || slug != want {
			t.Fatalf("%s has %q: %v", id, slug, err)
		}
		if _, err := tx.ExecContext(t.Context(), `UPDATE themes SET position = $1 WHERE id = $2`, i, id); err != nil {
			t.Fatal(err)
		}
		for _, like := range []string{"SELECT slug FROM themes%", "UPDATE themes SET%"} {
			if n := prepared(like); n != min(i, 1) {
				t.Errorf("%q is prepared %d times after %d executions", like, n, i+1)
			}
		}
	}
}

// Another replica migrates while this one serves.
func TestPreparedStatementsSurviveAMigration(t *testing.T) {
	db := databasetest.Postgres(t)
	c := client(t, db)
	addThemes(t, c, 3)
	read := func() {
		t.Helper()
		if n := len(c.Theme.Query().AllX(t.Context())); n != 3 {
			t.Fatalf("%d themes", n)
		}
	}
	for range 3 {
		read()
	}
	if _, err := db.DB().ExecContext(t.Context(), "ALTER TABLE themes ALTER COLUMN position TYPE integer"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		read()
	}
	tx, err := c.Tx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if n := len(tx.Theme.Query().AllX(t.Context())); n != 3 {
			t.Fatalf("%d themes", n)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	execute(t, db, "ALTER TABLE themes ALTER COLUMN position TYPE bigint")
	failed := 0
	for range 3 { // the transaction that meets the change fails, and can be repeated
		tx, err := c.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Theme.Query().All(t.Context()); err != nil {
			if fault.CodeOf(err) != fault.Unavailable {
				t.Errorf("the error is not one that asks for another try: %v", err)
			}
			failed++
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
	if failed > 1 {
		t.Errorf("%d of 3 transactions failed", failed)
	}
}

func TestOwn(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const lock = 4711
		owns := make(chan context.Context, 2)
		until := func(ctx context.Context) error {
			owns <- ctx
			<-ctx.Done()
			return ctx.Err()
		}
		ended := make(chan error, 1)
		go func() { ended <- db.Own(ctx, lock, until) }()
		first := <-owns
		if db.Dialect() == dialect.SQLite {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			return
		}
		other, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer stop()
		if err := db.Own(other, lock, until); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a second owner: %v", err)
		}
		var pid int
		const holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted"
		if err := db.DB().QueryRowContext(t.Context(), holder, lock).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		execute(t, db, fmt.Sprintf("SELECT pg_terminate_backend(%d)", pid))
		select {
		case <-first.Done():
		case <-time.After(30 * time.Second):
			t.Fatal("goes on after its connection was cut")
		}
		<-owns // it is the owner again
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
