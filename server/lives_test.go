package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/schema"
)

// liveThrough gives a hub with demo content an entry in each state that an entry may be in: what an export has to carry.
func (h *testHub) liveThrough(t *testing.T) {
	t.Helper()
	ctx := access.WithViewer(t.Context(), access.System("test"))
	orgs, err := h.service.Resolve(ctx, []content.Name{{Kind: "organization", Key: "ks"}, {Kind: "organization", Key: "imdi"}})
	if err != nil {
		t.Fatal(err)
	}
	ks, imdi := orgs[content.Name{Kind: "organization", Key: "ks"}], orgs[content.Name{Kind: "organization", Key: "imdi"}]
	save := func(id, owner, document string) {
		t.Helper()
		_, problems, err := h.service.Save(ctx, content.Draft{
			ID: id, Type: schema.ContentType("PRACTICE"), Owner: owner, Document: json.RawMessage(document),
		})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
	}
	do := func(act content.Act, o content.ActOptions, id string, revision int) {
		t.Helper()
		result, err := h.service.Do(ctx, act, o, content.Item{ID: id, Revision: revision})
		if err != nil || len(result.Problems)+len(result.Conflicts) > 0 {
			t.Fatalf("%s: %v %v %v", act, err, result.Problems, result.Conflicts)
		}
	}
	id := func(name string) string { return idOf("pra", "life "+name) }
	document := func(title, more string) string {
		return fmt.Sprintf(`{"kind": "ADVICE", "texts": [{"language": "NB", "title": %q, "body": "Sjå [her](hub:%s) & <b>der</b>."}]%s}`,
			title, idOf("pra", "life plain"), more)
	}
	soon := time.Now().Add(24 * time.Hour)
	none := content.ActOptions{}
	for name, acts := range map[string][]content.Act{
		"plain": {content.ActPublish}, "reviewed": {content.ActSubmit}, "approved": {content.ActApprove},
		"withdrawn": {content.ActPublish, content.ActWithdraw}, "archived": {content.ActArchive},
		"gone": {content.ActPublish, content.ActWithdraw, content.ActArchive}, "scheduled": {content.ActSchedulePublish},
		"ending": {content.ActPublish, content.ActScheduleWithdraw},
	} {
		save(id(name), ks, document("Eit liv: "+name, ""))
		for _, act := range acts {
			do(act, content.ActOptions{At: &soon, Reason: "Ferdig."}, id(name), 1)
		}
	}
	save(id("deleted"), ks, document("Slettast", ""))
	save(id("dangling"), imdi, document("Peikar", fmt.Sprintf(`, "key": "peikar", "relations": [{"to": %q, "type": "SEE_ALSO"}]`, id("deleted"))))
	do(content.ActDelete, none, id("deleted"), 1)
	do(content.ActPublish, none, id("dangling"), 1)
	save(id("claims"), ks, document("Hevdar", fmt.Sprintf(
		`, "relations": [{"to": %q, "type": "SEE_ALSO", "note": [{"language": "NN", "text": "Ja"}]}, {"to": %q, "type": "REPLACES"}]`,
		id("dangling"), id("dangling"))))
	do(content.ActPublish, none, id("claims"), 1)
	for of, accept := range map[schema.RelationType]bool{"SEE_ALSO": true, "REPLACES": false} {
		if _, problems, err := h.service.DecideRelation(ctx, id("claims"), id("dangling"), of, accept); err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
	}
	// its third address, as its third version, with a newer draft; then withdrawn, with its draft
	for _, name := range []string{"moved", "moved away"} {
		save(id(name), ks, document("Flyttar "+name, ""))
		do(content.ActPublish, none, id(name), 1)
		for i, slug := range []string{"flytta-ein-", "flytta-to-"} {
			save(id(name), "", fmt.Sprintf(`{"slug": %q}`, slug+name[:5]+fmt.Sprint(len(name))))
			do(content.ActPublish, none, id(name), i+2)
		}
		save(id(name), "", `{"audience": "MEMBERS", "slug": null}`)
	}
	do(content.ActWithdraw, none, id("moved away"), 4)
	save(id("members"), ks, `{"kind": "ADVICE", "audience": "MEMBERS", "texts": [{"language": "NB", "title": "For medlemer"},
		{"language": "NN", "title": "Ikkje ferdig", "ready": false, "translatedFrom": "NB", "translatedRevision": 1}]}`)
	do(content.ActPublish, none, id("members"), 1)
	file := []byte("tal;meir\n1;2\n")
	sum := fmt.Sprintf("%x", sha256.Sum256(file))
	if err := h.files.Put(ctx, sum, bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	_, problems, err := h.service.PutData(ctx, content.Data{
		ID: idOf("ast", "life"), Stored: &content.Stored{SHA256: sum, Bytes: len(file), Owner: ks},
		Document: json.RawMessage(`{"key": "liv", "file": "liv.csv", "mediaType": "text/csv"}`),
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	save(id("pictured"), ks, fmt.Sprintf(`{"kind": "ADVICE", "texts": [{"language": "NB", "title": "Tal", "body": "[Tal](hub:%s) og <hub:%s>"}]}`,
		idOf("ast", "life"), idOf("ast", "life")))
	do(content.ActPublish, none, id("pictured"), 1)
}

// sameFolders fails the test unless two folders have the same files with the same bytes.
func sameFolders(t *testing.T, one, other string) {
	t.Helper()
	n := 0
	for _, folders := range [][2]string{{one, other}, {other, one}} {
		err := filepath.WalkDir(folders[0], func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(folders[0], path)
			if err != nil {
				return err
			}
			want, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			got, err := os.ReadFile(filepath.Join(folders[1], name))
			if n++; !bytes.Equal(got, want) {
				a, b := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
				for i := range min(len(a), len(b)) {
					if !bytes.Equal(a[i], b[i]) {
						t.Errorf("%s, line %d:\n%.1500s\n%.1500s", name, i+1, a[i], b[i])
						break
					}
				}
				t.Errorf("%s is not the same (%v): %d and %d bytes", name, err, len(want), len(got))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 8 {
		t.Errorf("only %d files were compared", n)
	}
}
