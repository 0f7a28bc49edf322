package databasetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"entgo.io/ent/dialect"

	"dugnad/schema/migrations"
	"dugnad/server/database"
)

const variable = "HUB_TEST_POSTGRES_URL"

// sqliteTemplate is the file of a migrated database, made once per process.
var sqliteTemplate = sync.OnceValues(func() (content []byte, err error) {
	folder, err := os.MkdirTemp("", "dugnad-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := migrate(context.Background(), database.Options{Path: folder}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, database.FileName)) //nolint:gosec // the folder was just made
})

func migrate(ctx context.Context, o database.Options) (err error) {
	db, err := database.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Migrate(ctx)
}

// server is the connection over which databases are made and dropped.
var server = sync.OnceValues(func() (*sql.DB, error) {
	db, err := database.Open(context.Background(), database.Options{URL: os.Getenv(variable), Connections: 4})
	if err != nil {
		return nil, err
	}
	return db.DB(), nil
})

func connect(t testing.TB) *sql.DB {
	t.Helper()
	if os.Getenv(variable) == "" {
		const how = variable +
			" is not set: run scripts/test, which starts a server, or name one on which databases may be made and dropped, as in " +
			"postgres://hub:secret@127.0.0.1:5432/postgres?sslmode=disable"
		if os.Getenv("CI") == "true" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	db, err := server()
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// postgresTemplate is the name of a migrated database. It stays on the server, for the next process with the same
// migrations.
func postgresTemplate(t testing.TB) string {
	t.Helper()
	server := connect(t)
	name, err := template(server)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	return name
}

var templateOnce struct {
	sync.Mutex
	name string
}

func template(server *sql.DB) (string, error) {
	templateOnce.Lock()
	defer templateOnce.Unlock()
	if templateOnce.name != "" {
		return templateOnce.name, nil
	}
	sum, err := migrationsSum()
	if err != nil {
		return "", err
	}
	name := "dugnad_template_" + sum
	if err := makeTemplate(context.Background(), server, name); err != nil {
		return "", err
	}
	templateOnce.name = name
	return name, nil
}

// makeTemplate makes the database unless there is one, behind a lock, because packages are tested side by side. It gets
// its name when it is complete.
func makeTemplate(ctx context.Context, server *sql.DB, name string) (err error) {
	conn, err := server.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	const lock = 0x64_75_67_6e_61_64_74
	if _, err := conn.ExecContext(ctx, "SET lock_timeout = 0; SET statement_timeout = 0"); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	defer func() {
		_, unlocked := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", lock)
		err = errors.Join(err, unlocked)
	}()
	var found int
	if err := conn.QueryRowContext(
		ctx, "SELECT count(*) FROM pg_database WHERE datname = $1", name,
	).Scan(&found); err != nil || found > 0 {
		return err
	}
	making := name + "_new"
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + making + " WITH (FORCE)",
		"CREATE DATABASE " + making + " TEMPLATE template0",
	} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	address, err := inDatabase(making)
	if err != nil {
		return err
	}
	if err := migrate(ctx, database.Options{URL: address}); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+making+" RENAME TO "+name)
	return err
}

// migrationsSum tells schemas apart.
func migrationsSum() (string, error) {
	folder, err := migrations.Folder(dialect.Postgres)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}

// postgresCopy makes a database of a template, and returns its URL.
func postgresCopy(t testing.TB, template string) string {
	t.Helper()
	server := connect(t)
	name := "dugnad_test_" + strings.ToLower(rand.Text())
	address, err := inDatabase(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("make a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(name); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return address
}

func drop(name string) error {
	db, err := server()
	if err == nil {
		_, err = db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
	}
	return err
}

// inDatabase is the server's URL with another database. Nothing in it waits for the disk.
func inDatabase(name string) (string, error) {
	address, err := url.Parse(os.Getenv(variable))
	if err != nil || !strings.HasPrefix(address.Scheme, "postgres") {
		return "", errors.New(variable + " must be a URL that begins with postgres://")
	}
	address.Path = "/" + name
	query := address.Query()
	query.Set("synchronous_commit", "off")
	address.RawQuery = query.Encode()
	return address.String(), nil
}
