package content

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dugnad/ent"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/schema"
)

// store writes the new revisions and their references. A draft that changes nothing gets no revision, unless its act
// has a step in the history.
func (b *batch) store() error {
	for _, e := range b.entries {
		b.audit.AddSubjects(e.owner(), e.id)
		if e.entry() != nil && e.head.hash == e.hash && (e.draft.act == "" || e.draft.act == ActRestore) {
			e.written = e.entry()
			continue
		}
		e.changed = true
		if err := b.storeRevision(e); err != nil {
			return fmt.Errorf("save %s: %w", e.id, err)
		}
	}
	return nil
}

func (b *batch) storeRevision(e *entryWrite) error {
	if e.draft.Autosave && e.entry() != nil {
		if err := b.replaceAutosave(e.entry(), e.doc); err != nil {
			return err
		}
	}
	r := revisionOf{entry: e.id, number: e.revision, document: e.text, hash: e.hash, autosave: e.draft.Autosave}
	if e.draft.act == "" { // the note of another act is the reason of its step
		r.note = e.draft.Note
	}
	if err := b.addRevision(r); err != nil {
		return err
	}
	return b.setReferences(e.id, e.owner(), e.doc, schema.OfHead)
}

// autosaveTime is the age up to which an autosave is replaced by the same author's next one.
const autosaveTime = 10 * time.Minute

// replaceAutosave deletes the head revision if it is a recent autosave of the same author and nothing depends on it: it
// was not submitted, published or scheduled, and no translation was made from it.
func (w *write) replaceAutosave(e *ent.Entry, next ent.Document) error {
	for _, t := range next.Shared().Texts {
		if t.TranslatedRevision != nil && *t.TranslatedRevision == e.Head {
			return nil
		}
	}
	if e.Stage != schema.Editing || e.Published != nil && *e.Published == e.Head || e.PublishRevision != nil &&
		*e.PublishRevision == e.Head {
		return nil
	}
	_, err := w.Revision.Delete().Where(revision.EntryID(e.ID), revision.Number(e.Head), revision.Author(w.actor),
		revision.Autosave(true),
		revision.CreatedAtGT(w.now.Add(-autosaveTime))).Exec(w.ctx)
	return err
}

// revisionOf returns a new revision of an entry or of reference data.
type revisionOf struct {
	entry    string // id
	number   int
	document []byte
	hash     string
	note     string
	autosave bool
}

func (w *write) addRevision(r revisionOf) error {
	return w.Revision.Create().SetID(w.newID("rev")).SetEntryID(r.entry).SetNumber(r.number).
		SetDocument(string(r.document)).SetHash(r.hash).
		SetAuthor(w.actor).SetCreatedAt(w.now).SetAutosave(r.autosave).SetNillableNote(schema.OrNil(r.note)).Exec(w.ctx)
}

// setReferences replaces the references of the head or of the published revision of the entry.
func (w *write) setReferences(id, owner string, doc ent.Document, state schema.ReferenceState) error {
	bodies, err := w.bodyReferences(id, owner, doc, state)
	if err != nil {
		return err
	}
	if _, err := w.Reference.Delete().Where(reference.FromID(id), reference.StateEQ(state)).Exec(w.ctx); err != nil {
		return err
	}
	refs := append(doc.References(), bodies...)
	rows := make([]*ent.ReferenceCreate, len(refs))
	for i, r := range refs {
		rows[i] = w.Reference.Create().SetFromID(id).SetToID(r.ID).SetField(r.Field).SetState(state)
	}
	return inBulk(w.ctx, rows, w.Reference.CreateBulk)
}

// inBulk writes rows, 500 per statement.
func inBulk[R any, B interface{ Exec(context.Context) error }](ctx context.Context, rows []R, bulk func(...R) B) error {
	for chunk := range slices.Chunk(rows, 500) {
		if err := bulk(chunk...).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// unique returns the strings sorted, each once. It reorders its argument.
func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}
