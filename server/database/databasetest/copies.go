package databasetest

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dugnad/server/database"
)

// Template is a database with content, and its data folder. It is built once per process, when a test first needs it,
// and copied for each test. Its methods are safe for concurrent use.
type Template struct {
	build    func(ctx context.Context, o database.Options) error
	sqlite   func() (folder string, err error)
	postgres func() (built, error)

	mu      sync.Mutex
	folders []string // to remove
	names   []string // of databases on the server, to drop
}

// built is a template on PostgreSQL: the name of the database, and its data folder.
type built struct{ name, folder string }

// NewTemplate returns a template that build fills. build is called once for each dialect, with a migrated database and
// an empty data folder (Options.Path, on PostgreSQL too). It must close the database before it returns.
func NewTemplate(build func(ctx context.Context, o database.Options) error) *Template {
	t := &Template{build: build}
	t.sqlite = sync.OnceValues(t.buildSQLite)
	t.postgres = sync.OnceValues(t.buildPostgres)
	return t
}

// SQLite copies the template into a temporary folder, and returns the options to open it with.
func (p *Template) SQLite(t testing.TB) database.Options {
	t.Helper()
	folder, err := p.sqlite()
	if err != nil {
		t.Fatalf("build the SQLite template: %v", err)
	}
	return database.Options{Path: copied(t, folder)}
}

// Postgres copies the template into a new database and a temporary folder, and returns the options to open it with. The
// database is dropped when the test ends. See the function Postgres for when the test is skipped.
func (p *Template) Postgres(t testing.TB) database.Options {
	t.Helper()
	connect(t)
	b, err := p.postgres()
	if err != nil {
		t.Fatalf("build the PostgreSQL template: %v", err)
	}
	return database.Options{URL: postgresCopy(t, b.name), Path: copied(t, b.folder)}
}

// Remove removes the template. TestMain calls it after all tests.
func (p *Template) Remove() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, folder := range p.folders {
		errs = append(errs, os.RemoveAll(folder))
	}
	for _, name := range p.names {
		errs = append(errs, drop(name))
	}
	p.folders, p.names = nil, nil
	return errors.Join(errs...)
}

func (p *Template) buildSQLite() (string, error) {
	folder, err := p.folder()
	if err != nil {
		return "", err
	}
	content, err := sqliteTemplate()
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, database.FileName), content, 0o600)
	}
	if err == nil {
		err = p.build(context.Background(), database.Options{Path: folder})
	}
	return folder, err
}

func (p *Template) buildPostgres() (b built, err error) {
	if b.folder, err = p.folder(); err != nil {
		return b, err
	}
	server, err := server()
	if err != nil {
		return b, err
	}
	migrated, err := template(server)
	if err != nil {
		return b, err
	}
	b.name = "dugnad_filled_" + strings.ToLower(rand.Text())
	address, err := inDatabase(b.name)
	if err != nil {
		return b, err
	}
	ctx := context.Background()
	if _, err := server.ExecContext(ctx, "CREATE DATABASE "+b.name+" TEMPLATE "+migrated); err != nil {
		return b, err
	}
	p.mu.Lock()
	p.names = append(p.names, b.name)
	p.mu.Unlock()
	return b, p.build(ctx, database.Options{URL: address, Path: b.folder})
}

// folder makes a folder that Remove removes.
func (p *Template) folder() (string, error) {
	folder, err := os.MkdirTemp("", "dugnad-template-")
	if err == nil {
		p.mu.Lock()
		p.folders = append(p.folders, folder)
		p.mu.Unlock()
	}
	return folder, err
}

// copied copies a folder into a temporary one of the test, and returns its path.
func copied(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		return copyFile(path, filepath.Join(to, name))
	})
	if err != nil {
		t.Fatalf("copy the template's folder: %v", err)
	}
	return to
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // in a folder that the template has made
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in a test's own folder
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
