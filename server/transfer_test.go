package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/server/database"
)

// configOf returns the configuration of a hub whose database a command of the program shares.
func configOf(t *testing.T, o database.Options) Config {
	t.Helper()
	c := Config{
		Addr: "127.0.0.1:0", Data: o.Path, DatabaseURL: o.URL, SecretKey: "a secret key for tests, and only for tests",
		UploadMB: 10,
	}
	if c.Data == "" {
		c.Data = t.TempDir()
	}
	return c
}

// allThatIsRead returns everything that readers see, with names instead of ids, which differ between hubs.
const allThatIsRead = `{ practices(first: 100, orderBy: [{field: PUBLISHED_AT, direction: ASC}]) { totalCount nodes { id slug publishedAt title summary body themes { slug } targetGroups { slug } methods { slug } contacts { function }
	owner { slug } municipalities { edges { role nameThen node { number } } } organizations { role organization { slug } } keyFigures { label value } downloads { title url }
	related { totalCount edges { type direction note node { id title } } } tools { nodes { id } } reports { nodes { id } } } }
	reports(first: 100) { totalCount nodes { id title funding { funder { slug } amount } evidence { level rater { slug } } image { alt } } }
	themes(first: 100) { totalCount nodes { slug label parent { slug } } } organizations(first: 100) { totalCount nodes { slug name } } municipality(number: "1507") { name successors { number } } }`

func TestExportAndImport(t *testing.T) {
	eachDialect(t, func(t *testing.T, dialect string) {
		to := emptyOptions(t, otherDialect(dialect))
		h := demoHub(t, dialect)
		ctx := access.WithViewer(t.Context(), access.System("test"))
		newer := h.ask(`{ practices(first: 1) { nodes { id } } }`, nil).ok().at("practices", "nodes", 0, "id").(string)
		if _, problems, err := h.service.Save(ctx, content.Draft{ID: newer, Document: json.RawMessage(`{"slug": "ny-adresse"}`)}); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		h.liveThrough(t)
		folder := t.TempDir()
		c := h.config
		var out bytes.Buffer
		if err := export(t.Context(), c, folder, "", &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"not in it: ", " earlier revisions", " 1 references to what was deleted"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the export does not tell %q: %s", want, out.String())
			}
		}
		own := filepath.Join(folder, "own")
		if err := export(t.Context(), c, own, "ks", &out); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(filepath.Join(own, contentFile)); err != nil ||
			!strings.Contains(string(text), `"organization:ks"`) ||
			strings.Contains(string(text), `"owner":"organization:imdi"`) {
			t.Errorf("the export of one organisation: %v", err)
		}
		if err := os.RemoveAll(own); err != nil {
			t.Fatal(err)
		}

		other := configOf(t, to)
		run := func(want string, dry bool, paths ...string) {
			t.Helper()
			out.Reset()
			if err := importFiles(t.Context(), other, newImport{Paths: paths, DryRun: dry}, &out, io.Discard); err != nil {
				t.Fatalf("import: %v\n%s", err, out.String())
			}
			if !strings.Contains(out.String(), want) {
				t.Errorf("import said %q, wanted %q", out.String(), want)
			}
		}
		run("would be imported", true, folder)
		stopAfterAWhile(t, other, folder)
		run(" 0 changed, ", false, folder) // the dry run has left nothing; what was written before the stop is not written again
		if strings.Contains(out.String(), " 0 unchanged") || strings.Contains(out.String(), ": 0 created") {
			t.Errorf("the import did not go on: %s", out.String())
		}
		again := t.TempDir()
		if err := export(t.Context(), other, again, "", &out); err != nil {
			t.Fatal(err)
		}
		sameFolders(t, folder, again)
		run(": 0 created, 0 changed", false, folder)
		run("would be imported: 0 created, 0 changed", true, filepath.Join(folder, contentFile))

		there := newTestHub(t, database.Options{Path: other.Data, URL: to.URL})
		want, got := h.ask(allThatIsRead, nil).ok(), there.ask(allThatIsRead, nil).ok()
		if !bytes.Equal(bytes.ReplaceAll(want.Body, []byte(h.url), nil), bytes.ReplaceAll(got.Body, []byte(there.url), nil)) {
			t.Errorf("exported\n%.3000s\nimported\n%.3000s", want.Body, got.Body)
		}
		e, err := there.client.Entry.Get(ctx, newer)
		if err != nil || !e.Live || *e.Published == e.Head {
			t.Errorf("the newer draft did not come along: %v %v", e, err)
		}

		// A failed import changes nothing.
		bad := filepath.Join(t.TempDir(), "bad.json")
		text := `[{"type": "THEME", "key": "heilt-nytt", "document": {"slug": "heilt-nytt", "labels": [{"language": "NB", "text": "Nytt"}]}},
				{"type": "PRACTICE", "key": "feil", "owner": "organization:ks", "published": true, "document": {"texts": [{"language": "NB", "title": "Utan kind"}]}}]`
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := importFiles(t.Context(), other, newImport{Paths: []string{bad}}, &out, io.Discard); err == nil ||
			!strings.Contains(out.String(), "REQUIRED") {
			t.Errorf("what cannot be published: %v %s", err, out.String())
		}
		if n := there.ask(`{ theme(slug: "heilt-nytt") { id } }`, nil).ok().at("theme"); n != nil {
			t.Error("a part of a refused import came in")
		}
		if err := importFiles(t.Context(), other, newImport{Paths: []string{filepath.Join(t.TempDir(), "nothing.json")}}, &out, io.Discard); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a file that is not there: %v", err)
		}
	})
}

// otherDialect returns the other database, if it is there to be tested.
func otherDialect(dialect string) string {
	if dialect == onSQLite && os.Getenv("HUB_TEST_POSTGRES_URL") != "" {
		return onPostgres
	}
	return onSQLite
}

// stopAfterAWhile begins an import and stops it when it has written some of the content.
func stopAfterAWhile(t *testing.T, c Config, folder string) {
	t.Helper()
	err := withContent(t.Context(), c, func(ctx context.Context, s *content.Service, _ *access.Accounts, _ *ent.Client) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		_, err := s.Import(ctx, itemsIn([]string{folder}), content.ImportOptions{Progress: func(_, _ int, what string) {
			if what == "written" {
				stop()
			}
		}})
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped import ends with %v", err)
	}
}
