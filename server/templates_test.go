package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/demo"
	"dugnad/ent/organization"
	"dugnad/schema"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// demoTemplate is a hub's data with the demo content, its search index and the people of a newsroom. Loading the content takes
// seconds and copying the template a fraction of one, so tests get theirs from demoHub, eachDemo or eachNewsroom.
var demoTemplate = databasetest.NewTemplate(buildDemo)

// removeTemplates is for TestMain.
func removeTemplates() error { return demoTemplate.Remove() }

// secretForTests is the key of every test's hub: what one has sealed in a template another opens.
const secretForTests = "a secret key for tests, and only for tests"

// testConfig is the configuration of a hub on the database.
func testConfig(o database.Options) Config {
	return Config{
		Addr: "127.0.0.1:0", Data: o.Path, DatabaseURL: o.URL, SecretKey: secretForTests, CacheMB: 16, UploadMB: 512,
		Limits: "seconds=60", // on a busy machine too
	}
}

func buildDemo(ctx context.Context, o database.Options) (err error) {
	hub, err := Open(ctx, testConfig(o))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hub.Close()) }()
	if err := demo.Load(ctx, hub.service, func(int, int, string) {}); err != nil {
		return err
	}
	ks, err := hub.organization(ctx, "ks")
	if err != nil {
		return err
	}
	imdi, err := hub.organization(ctx, "imdi")
	if err != nil {
		return err
	}
	if err := hub.makePeople(ctx, ks, imdi); err != nil {
		return err
	}
	return hub.follower.CatchUp(ctx)
}

func (h *Hub) organization(ctx context.Context, slug string) (id string, err error) {
	return h.client.Organization.Query().Where(organization.Slug(slug)).OnlyID(access.WithViewer(ctx, access.System("test")))
}

// people are one of every role in the first organisation, and a stranger, who is an ADMIN of the second.
func people(first, second string) map[string]access.NewAccount {
	return map[string]access.NewAccount{
		"CONTRIBUTOR": {Organization: first, Role: schema.Contributor}, "EDITOR": {Organization: first, Role: schema.Editor},
		"ADMIN": {Organization: first, Role: schema.Admin}, "stranger": {Organization: second, Role: schema.Admin},
		"HUB_EDITOR": {HubRole: schema.HubEditor}, "HUB_ADMIN": {HubRole: schema.HubAdmin},
	}
}

// makePeople makes the accounts of people; their addresses are editor@example.org and so on.
func (h *Hub) makePeople(ctx context.Context, first, second string) error {
	accounts := people(first, second)
	for _, name := range slices.Sorted(maps.Keys(accounts)) {
		if _, err := h.makeAccount(ctx, name, accounts[name]); err != nil {
			return err
		}
	}
	return nil
}

const passwordForTests = "correct horse battery staple"

// hashForTests is of passwordForTests. Computing one takes a tenth of a second and 64 MiB.
const hashForTests = "$argon2id$v=19$m=65536,t=2,p=1$ZHVnbmFkIHRlc3Qgc2FsdA$/Jttgvo6Qc8Afvf0hTozDWWkYq1gCQVifHFBPorClh0"

// makeAccount makes an account as Accounts.Create does, without computing the hash of its password.
func (h *Hub) makeAccount(ctx context.Context, name string, a access.NewAccount) (id string, err error) {
	ctx = access.WithViewer(ctx, access.System("test"))
	id = h.service.NewID("acc")
	now := h.accounts.Now().UTC()
	create := h.client.Account.Create().SetID(id).SetName(name).SetEmail(strings.ToLower(name) + "@example.org").SetPassword(hashForTests).
		SetCreatedAt(now)
	if a.HubRole != "" {
		create.SetHubRole(a.HubRole)
	}
	err = create.Exec(ctx)
	if err == nil && a.Organization != "" {
		err = h.client.Membership.Create().SetID(h.service.NewID("mem")).SetAccountID(id).SetOrganizationID(a.Organization).SetRole(a.Role).
			SetCreatedAt(now).Exec(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("make the account of %s: %w", name, err)
	}
	return id, nil
}

// The dialects that tests run on.
const (
	onSQLite   = "sqlite"
	onPostgres = "postgres"
)

// emptyOptions returns the options of a database with nothing in it.
func emptyOptions(t testing.TB, dialect string) database.Options {
	t.Helper()
	if dialect == onPostgres {
		return databasetest.PostgresOptions(t)
	}
	return databasetest.SQLiteOptions(t)
}

// demoHub starts a hub with the demo content and the people of a newsroom, on a database of the dialect.
func demoHub(t testing.TB, dialect string, settings ...func(*Config)) *testHub {
	t.Helper()
	options := demoTemplate.SQLite
	if dialect == onPostgres {
		options = demoTemplate.Postgres
	}
	began := time.Now()
	o := options(t)
	t.Logf("timed: demo template copied, and built the first time %s", time.Since(began))
	h := newTestHub(t, o, settings...)
	h.demo = true
	if h.config.S3Bucket != "" {
		h.moveFiles()
	}
	return h
}

// moveFiles puts the files of the data folder into the hub's own store.
func (h *testHub) moveFiles() {
	h.t.Helper()
	folder := filepath.Join(h.config.Data, filesFolder)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			_, err = h.files.Store.Put(h.t.Context(), filepath.ToSlash(name), bytes.NewReader(content))
		}
		return err
	})
	if err == nil {
		err = os.RemoveAll(folder)
	}
	if err != nil {
		h.t.Fatalf("move the files: %v", err)
	}
}

// TestPeople makes sure that the accounts of the template are like those that the hub makes.
func TestPeople(t *testing.T) {
	t.Parallel()
	h := demoHub(t, anyDialect())
	for password, want := range map[string]bool{passwordForTests: true, passwordForTests + "r": false} {
		if _, err := h.accounts.SignInWithPassword(t.Context(), "editor@example.org", password, "192.0.2.1", "test"); (err == nil) != want {
			t.Errorf("signed in with %q: %v", password, err)
		}
	}
}
