package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"slices"
	"testing"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent/entry"
	"dugnad/ent/reference"
)

// TestReferencesOfBodiesAreFilledIn starts with entries from before bodies had references: they get those that their
// owner may have.
func TestReferencesOfBodiesAreFilledIn(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		target, _ := n.practice("EDITOR", "ks", "Det som er vist til", nil)
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		own := n.taken("eige.png", "image/png", picture.Bytes())["id"]
		id, published := n.practice("EDITOR", "ks", "Med tilvisingar", map[string]any{"texts": []any{
			textIn("NB", "title", "Med tilvisingar", "body", fmt.Sprintf("Sjå [denne](hub:%s) og ![bilete](hub:%s).", target, own)),
		}})
		if !n.isRead(id) { // the picture has no alternative text
			t.Fatalf("%s", published.Body)
		}
		ctx := access.WithViewer(t.Context(), access.System("test"))
		references := func() []string {
			var found []string
			for _, r := range n.client.Reference.Query().Where(reference.FromID(id), reference.Field(content.InBodies)).AllX(ctx) {
				found = append(found, string(r.State)+" "+r.ToID)
			}
			slices.Sort(found)
			return found
		}
		before := references()
		if len(before) != 4 {
			t.Fatalf("references: %q", before)
		}
		n.client.Reference.Delete().Where(reference.FromID(id)).ExecX(ctx)
		n.client.Entry.Update().Where(entry.ID(id)).SetFoldedWords("").ExecX(ctx)
		if err := n.service.FillEntries(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now := references(); !slices.Equal(now, before) {
			t.Errorf("filled in: %q, wanted %q", now, before)
		}

		// A file that came into the body without a check, as before there were any, is not the owner's to show.
		if _, err := n.client.ExecContext(ctx, "UPDATE assets SET owner_id = $1 WHERE id = $2", n.org["imdi"], own); err != nil {
			t.Fatal(err)
		}
		n.client.Reference.Delete().Where(reference.FromID(id)).ExecX(ctx)
		n.client.Entry.Update().Where(entry.ID(id)).SetFoldedWords("").ExecX(ctx)
		if err := n.service.FillEntries(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now := references(); len(now) != 2 {
			t.Errorf("with another organisation's file: %q", now)
		}
	})
}
