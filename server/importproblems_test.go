package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dugnad/server/database"
)

// Everything that is wrong is told at once, with its file, line, key and path, and nothing is written.
func TestImportTellsEveryProblem(t *testing.T) {
	eachDialect(t, func(t *testing.T, dialect string) {
		config := configOf(t, emptyOptions(t, dialect))
		folder := t.TempDir()
		put := func(name, text string) string {
			path := filepath.Join(folder, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		run := func(n newImport) (string, error) {
			var out bytes.Buffer
			err := importFiles(t.Context(), config, n, &out, io.Discard)
			return strings.ReplaceAll(out.String(), folder+"/", ""), err
		}
		// a byte order mark is fine, and so is a file's own name
		base := put("base.json", "\ufeff"+`[{"type": "ORGANIZATION", "key": "ks", "document": {"slug": "ks", "kind": "directorate", "names": [{"language": "NB", "text": "KS"}]}},
{"type": "ASSET", "key": "bilde", "owner": "organization:ks", "document": {"file": "bilde.jpg", "mediaType": "image/jpeg"}},
{"type": "TOOL", "key": "mal", "owner": "organization:ks", "published": true, "document": {"kind": "GUIDE", "texts": [{"language": "NB", "title": "Mal"}]}},
{"type": "PRACTICE", "key": "rad", "owner": "organization:ks", "published": true, "document": {"kind": "ADVICE", "texts": [{"language": "NB", "title": "Råd", "body": "[mal](hub:tool:mal), ![b](hub:asset:bilde \"B\") <a href=\"hub:tool:mal\">ho</a>\n\n[1]: hub:practice:rad"}]}}]`)
		put("assets/bilde.jpg", string(photo(40, 30)))
		if out, err := run(newImport{Paths: []string{base}}); err != nil || !strings.Contains(out, "imported: 4 created") {
			t.Fatalf("%v %s", err, out)
		}

		practice := `"type": "PRACTICE", "owner": "organization:ks"`
		texts := `"texts": [{"language": "NB", "title": "T"}]`
		put("bad/many.json", `[
{"type": "practice", "key": "a", "owner": "organization:ks", "document": {}},
{`+practice+`, "document": {"kind": "ADVICE", `+texts+`}},
{`+practice+`, "key": "c", "Published": true, "document": {"kind": "ADVICE", `+texts+`}},
{`+practice+`, "key": "d",
 "document": {
  "kind": "NOTHING",
  "colour": "red",
  "texts": [
   {"language": "NB", "title": "T",
    "subtitle": "no"},
   {"language": "XX", "title": "T"}],
  "themes": ["theme:nothing"]}},
{`+practice+`, "key": "e", "published": true, "document": {`+texts+`}},
{`+practice+`, "key": "f", "document": {"kind": "ADVICE", `+texts+`, "relations": [{"to": "practice:nobody", "type": "SEE_ALSO"}]}},
{`+practice+`, "key": "g", "document": {"kind": "ADVICE", "texts": [{"language": "NB", "title": "T", "body": "[x](hub:asset:none)"}]}},
{`+practice+`, "key": "h", "document": {"kind": 5, `+texts+`, "evidence": []}},
{`+practice+`, "key": "i", "document": {"kind": "ADVICE", `+texts+`}},
{`+practice+`, "key": "i", "document": {"kind": "ADVICE", `+texts+`}},
{`+practice+`, "key": "j", "key": "j", "document": {"kind": "ADVICE", `+texts+`}},
{"type": "PRACTICE", "key": "k", "owner": "organization:nobody", "document": {"kind": "ADVICE", `+texts+`}},
{"type": "PRACTICE", "key": "l", "document": {"kind": "ADVICE", `+texts+`}},
{"type": "TOOL", "id": "pra_01m88ahx6q1a3jk2p313s8y32c", "key": "m", "owner": "organization:ks", "document": {"kind": "GUIDE", `+texts+`}},
{`+practice+`, "key": "n", "published": true, "document": {"kind": "ADVICE", "slug": "same", `+texts+`}},
{`+practice+`, "key": "o", "published": true, "document": {"kind": "ADVICE", "slug": "same", `+texts+`}},
{`+practice+`, "key": "p", "stage": "ARCHIVED", "published": true, "document": {"kind": "ADVICE", `+texts+`}},
{`+practice+`, "key": "q", "draft": {"kind": "NOTHING"}, "document": {"kind": "ADVICE", `+texts+`}},
{"type": "THEME", "key": "x", "document": {"slug": "x", "labels": [{"language": "NB", "text": "X"}], "parent": "theme:y"}},
{"type": "THEME", "key": "y", "document": {"slug": "y", "labels": [{"language": "NB", "text": "Y"}], "parent": "theme:x"}},
{"type": "METHOD", "key": "z", "document": {"slug": "other", "labels": [{"language": "NB", "text": "Z"}]}},
{"type": "ASSET", "key": "lost", "document": {"file": "lost.png", "mediaType": "image/png"}},
{"type": "ASSET", "key": "page", "document": {"file": "page.png", "mediaType": "image/png"}},
7]`)
		put("bad/assets/page.png", "<script>alert(1)</script>")
		put("bad/latin1.json", "[{"+practice+", \"key\": \"r\",\n\"document\": {\"kind\": \"ADVICE\", \"texts\": [{\"language\": \"NB\", \"title\": \"R\xe5d\"}]}}]")
		put("bad/utf16.json", "\xff\xfe[\x00]\x00")
		put("bad/half.json", "[\n{"+practice+`, "key": "s", "document": {"kind": "ADVICE", `+texts+"}},\n{")
		put("bad/foreign.json", `{"name": "leaflet", "version": "1.9.4"}`)
		out, err := run(newImport{Paths: []string{filepath.Join(folder, "bad")}})
		if err == nil || !strings.Contains(err.Error(), "nothing was imported") {
			t.Errorf("the import ends with %v", err)
		}
		if strings.Contains(out, "pra_01k") {
			t.Errorf("it names ids that are not there: %s", out)
		}
		for _, want := range []string{
			"many.json:2 a type INVALID", "it is written PRACTICE", "many.json:3 key REQUIRED", "many.json:4 c Published INVALID",
			"many.json:7 d kind INVALID", "many.json:8 d colour INVALID", "many.json:11 d texts.0.subtitle INVALID",
			"many.json:13 d themes.0 NOT_FOUND there is no theme:nothing", "many.json:14 e kind REQUIRED",
			"many.json:15 f relations.0.to NOT_FOUND there is no practice:nobody",
			"many.json:16 g texts.0.body NOT_FOUND there is no asset:none", "many.json:17 h kind INVALID", "many.json:17 h evidence INVALID",
			"many.json:19 i key KEY_TAKEN", "many.json:20 j key INVALID is there twice", "many.json:21 k owner NOT_FOUND",
			"many.json:22 l owner REQUIRED", "many.json:23 m id INVALID", "many.json:25 o slug SLUG_TAKEN", "many.json:26 p stage INVALID",
			"many.json:27 q draft.kind INVALID", " document.parent INVALID the theme would be its own ancestor",
			"many.json:30 z key INVALID", "many.json:31 lost document.file REQUIRED", "many.json:32 page document.file INVALID",
			"many.json:33 INVALID must be an object", "latin1.json:2 r INVALID byte 133 of the file, 0xE5, is not UTF-8",
			"utf16.json:1 INVALID the file is in UTF-16", "half.json:3 INVALID the file ends in the middle",
			"foreign.json:1 name INVALID an item has no such field", "foreign.json:1 type REQUIRED",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("it does not tell %q", want)
			}
		}
		if t.Failed() {
			t.Log(out)
		}
		asJSON, err := run(newImport{Paths: []string{filepath.Join(folder, "bad")}, JSON: true})
		var told struct {
			Error string
			List  []struct {
				File, Key, Code, Message string
				Line                     int
				Path                     []string
			} `json:"problems"`
		}
		if jsonErr := json.Unmarshal([]byte(asJSON), &told); err == nil || jsonErr != nil || told.Error == "" ||
			len(told.List) != strings.Count(out, "\n") {
			t.Errorf("as JSON: %v %v, %d problems of %d", err, jsonErr, len(told.List), strings.Count(out, "\n"))
		}
		for _, p := range told.List {
			if p.Code == "" || p.Message == "" || p.File == "" || p.Line == 0 || p.Path == nil {
				t.Errorf("a problem as JSON: %+v", p)
			}
		}

		h := newTestHub(t, database.Options{Path: config.Data, URL: config.DatabaseURL})
		a := h.ask(`{ practices { totalCount nodes { body(format: MARKDOWN) } } tools { nodes { id } } }`, nil).ok()
		if body := a.at("practices", "nodes", 0, "body").(string); a.at("practices", "totalCount") != 1.0 ||
			!strings.Contains(body, "(hub:"+a.at("tools", "nodes", 0, "id").(string)+")") || strings.Contains(body, "hub:asset:") ||
			strings.Contains(body, "hub:tool:") || !strings.Contains(body, "[ho](hub:too_") {
			t.Errorf("what is there: %s", a.Body)
		}
		kept, err := os.ReadDir(filepath.Join(config.Data, filesFolder))
		if err != nil || len(kept) == 0 {
			t.Fatalf("no file is kept: %v", err)
		}
		paths, err := filepath.Glob(filepath.Join(config.Data, filesFolder, "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			file, err := os.ReadFile(path)
			if err != nil || bytes.Contains(file, []byte("canary")) || bytes.Contains(file, []byte("<script>")) {
				t.Errorf("%s holds what it must not: %v", path, err)
			}
		}
	})
}
