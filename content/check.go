package content

import (
	"context"
	"slices"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/entry"
	"dugnad/ent/predicate"
	"dugnad/schema"
)

// check returns all problems that keep the new documents from being saved: invalid values, references to objects that
// do not exist, and invalid owners and keys.
func (b *batch) check() error {
	for _, e := range b.entries {
		b.problems = append(b.problems, check(e.id, e.typ.GQL, e.doc)...)
		b.problems = append(b.problems, unshown(e.id, e.doc)...)
		e.notes = append(e.notes, notShown(e.id, e.doc)...)
	}
	docs, known := make([]ent.Document, len(b.entries)), make(map[string]bool)
	for i, e := range b.entries {
		docs[i] = e.doc
		b.accept(e.draft.known)
		if e.before != nil { // what it refers to may have been withdrawn or deleted since
			for _, r := range e.before.References() {
				known[r.ID] = true
			}
		}
	}
	dangling, err := b.missing(docs, b.ids(), known)
	if err != nil {
		return err
	}
	b.problems = append(b.problems, dangling...)
	return b.checkOwners()
}

// missing returns a problem for every reference of the documents to an object that is neither known, nor stored, nor
// being saved. saving holds the ids of the documents, in order. It adds to known, which may be nil.
func (w *write) missing(docs []ent.Document, saving []string, known map[string]bool) ([]Problem, error) {
	if known == nil {
		known = make(map[string]bool)
	}
	for _, id := range saving {
		known[id] = true
	}
	var data, entries, files []string
	for _, d := range docs {
		for _, r := range d.References() {
			t, ok := ent.TypeOf(r.ID)
			switch {
			case !ok:
			case known[r.ID] || w.accepted[r.ID] || w.comes(r.ID):
				known[r.ID] = true
			case t.Content:
				entries = append(entries, r.ID)
			case t.Name == ent.TypeAsset:
				files = append(files, r.ID)
			default:
				data = append(data, r.ID)
			}
		}
	}
	if err := w.addKnown(known, unique(entries)); err != nil {
		return nil, err
	}
	if err := w.addFiles(known, unique(files)); err != nil {
		return nil, err
	}
	there, err := ent.LiveIDs(w.ctx, w.Client, unique(data))
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for i, d := range docs {
		for _, r := range d.References() {
			if !known[r.ID] && !there[r.ID] {
				problems = append(problems, problemAt(ProblemNotFound, "nothing has the id "+r.ID, r.Field).of(saving[i]))
			}
		}
	}
	return problems, nil
}

// accept lets documents refer to the ids although nothing has them.
func (w *write) accept(ids []string) {
	for _, id := range ids {
		if w.accepted == nil {
			w.accepted = make(map[string]bool)
		}
		w.accepted[id] = true
	}
}

// comes reports whether the import that is being done brings what has the id.
func (w *write) comes(id string) bool {
	_, comes := w.coming[id]
	return comes
}

// addKnown adds the entries that the writer may refer to: those that the writer may read, as a reader or as an editor.
// The writer must not learn that others exist.
func (w *write) addKnown(known map[string]bool, entries []string) error {
	for chunk := range slices.Chunk(entries, 500) {
		q := w.Entry.Query().Where(entry.IDIn(chunk...))
		if organizations, all := w.viewer.Organizations(); !all {
			seen := entry.And(entry.Live(true), entry.LiveAudienceIn(access.Audiences(access.WithViewer(w.ctx, w.viewer))...))
			q.Where(entry.Or(seen, entry.OwnerIDIn(organizations...)))
		}
		ids, err := q.IDs(w.ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true
		}
	}
	return nil
}

// addFiles adds the files that the writer may refer to: those of its organisations, and those without an owner that it
// sees. A writer who could refer to another organisation's file could publish it.
func (w *write) addFiles(known map[string]bool, files []string) error {
	organizations, all := w.viewer.Organizations()
	for chunk := range slices.Chunk(files, 500) {
		q := w.Asset.Query().Where(asset.IDIn(chunk...))
		ctx := w.ctx
		if !all {
			q.Where(asset.Or(asset.OwnerIDIsNil(), asset.OwnerIDIn(organizations...)))
			ctx = access.WithViewer(ctx, w.viewer)
		}
		ids, err := q.IDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true
		}
	}
	return nil
}

// checkOwners adds problems for owners that do not exist, and for keys that another entry of the owner has.
func (b *batch) checkOwners() error {
	var owners []string
	var wanted []ownKey
	for _, e := range b.entries {
		was := e.entry()
		if was == nil { // an organisation that owns something stays
			owners = append(owners, e.owner())
		}
		if key := e.doc.Shared().Key; key != nil && (was == nil || value(was.Key) != *key) {
			wanted = append(wanted, ownKey{schema.ContentType(e.typ.GQL), e.owner(), *key})
		}
	}
	there, err := ent.LiveIDs(b.ctx, b.Client, unique(owners))
	if err != nil {
		return err
	}
	has, err := keyed(b.ctx, b.Client, wanted)
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		if t, _ := ent.TypeOf(e.owner()); e.entry() == nil &&
			(t.Name != "Organization" || !there[e.owner()] && !b.comes(e.owner())) {
			b.addProblem(problemAt(ProblemNotFound, noOrganization, "owner").of(e.id))
		}
		if key := e.doc.Shared().Key; key != nil {
			own := ownKey{schema.ContentType(e.typ.GQL), e.owner(), *key}
			if other := has[own]; other != "" && other != e.id {
				b.addProblem(problemAt(ProblemKeyTaken, "another entry of the organisation has this key", "key").of(e.id))
			}
			has[own] = e.id
		}
	}
	return nil
}

// keyed returns the ids of the entries with the keys. It asks for owner, type and key together, by which entries are
// indexed: an index of keys alone has no other use.
func keyed(ctx context.Context, c *ent.Client, wanted []ownKey) (map[ownKey]string, error) {
	type within struct {
		t     schema.ContentType
		owner string
	}
	keys := make(map[within][]string)
	for _, k := range wanted {
		at := within{k.t, k.owner}
		keys[at] = append(keys[at], k.key)
	}
	owned := make([]predicate.Entry, 0, len(keys))
	for at, some := range keys {
		for chunk := range slices.Chunk(unique(some), 500) {
			owned = append(owned, entry.And(entry.OwnerID(at.owner), entry.TypeEQ(at.t), entry.KeyIn(chunk...)))
		}
	}
	has := make(map[ownKey]string, len(wanted))
	for chunk := range slices.Chunk(owned, 100) { // SQLite bounds the depth of an expression
		entries, err := c.Entry.Query().Where(entry.Or(chunk...)).
			Select(entry.FieldID, entry.FieldType, entry.FieldOwnerID, entry.FieldKey).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			has[ownKey{e.Type, e.OwnerID, *e.Key}] = e.ID
		}
	}
	return has, nil
}

// ownKey is the writer's own id of an entry, with the owner and type within which it is unique.
type ownKey struct {
	t          schema.ContentType
	owner, key string
}

// keyTaken reports whether another entry of the owner has the key.
func (w *write) keyTaken(t schema.ContentType, owner, key, but string) (bool, error) {
	return w.Entry.Query().Where(entry.TypeEQ(t), entry.OwnerID(owner), entry.Key(key), entry.IDNEQ(but)).Exist(w.ctx)
}
