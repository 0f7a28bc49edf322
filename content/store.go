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
	var revisions []revisionOf
	var pointing []pointer
	for _, e := range b.entries {
		b.audit.AddSubjects(e.owner(), e.id)
		if e.entry() != nil && e.head.hash == e.hash && (e.draft.act == "" || e.draft.act == ActRestore) {
			e.written = e.entry()
			continue
		}
		e.changed = true
		if e.draft.Autosave && e.entry() != nil {
			if err := b.replaceAutosave(e.entry(), e.doc); err != nil {
				return fmt.Errorf("save %s: %w", e.id, err)
			}
		}
		r := revisionOf{entry: e.id, number: e.revision, document: e.text, hash: e.hash, autosave: e.draft.Autosave}
		if e.draft.act == "" { // the note of another act is the reason of its step
			r.note = e.draft.Note
		}
		revisions = append(revisions, r)
		pointing = append(pointing, pointer{id: e.id, owner: e.owner(), doc: e.doc, before: e.before, isNew: e.entry() == nil})
	}
	if err := b.addRevisions(revisions); err != nil {
		return fmt.Errorf("store revisions: %w", err)
	}
	if err := b.setReferences(schema.OfHead, pointing...); err != nil {
		return fmt.Errorf("store references: %w", err)
	}
	return nil
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

func (w *write) addRevisions(revisions []revisionOf) error {
	rows := make([]*ent.RevisionCreate, len(revisions))
	for i, r := range revisions {
		rows[i] = w.Revision.Create().SetID(w.newID("rev")).SetEntryID(r.entry).SetNumber(r.number).
			SetDocument(string(r.document)).SetHash(r.hash).
			SetAuthor(w.actor).SetCreatedAt(w.now).SetAutosave(r.autosave).SetNillableNote(schema.OrNil(r.note))
	}
	for from, to := 0, 0; from < len(rows); from = to {
		for bytes := 0; to < len(rows) && (to == from || bytes+len(revisions[to].document) <= statementBytes); to++ {
			bytes += len(revisions[to].document)
		}
		if err := inBulk(w.ctx, rows[from:to], w.Revision.CreateBulk); err != nil {
			return err
		}
	}
	return nil
}

// statementBytes is how much of documents one statement carries, unless one document is larger.
const statementBytes = 4 << 20

// pointer is an entry with a document that points at others.
type pointer struct {
	id, owner string
	doc       ent.Document
	before    ent.Document // whose references are stored; nil if that is not known
	isNew     bool         // there are no references yet
}

// refersAsBefore reports whether the documents before and now refer to the same. Files in bodies are looked up.
func (p pointer) refersAsBefore(state schema.ReferenceState) bool {
	if p.before == nil || !slices.Equal(p.before.References(), p.doc.References()) {
		return false
	}
	old, oldFiles := bodyTargets(p.before, state)
	now, files := bodyTargets(p.doc, state)
	return len(oldFiles)+len(files) == 0 && slices.Equal(unique(old), unique(now))
}

// setReferences replaces the references of the heads or of the published revisions of the entries, where they change.
func (w *write) setReferences(state schema.ReferenceState, from ...pointer) error {
	from = slices.DeleteFunc(slices.Clone(from), func(p pointer) bool { return p.refersAsBefore(state) })
	bodies, err := w.bodyReferences(state, from)
	if err != nil {
		return err
	}
	var before []string
	var rows []*ent.ReferenceCreate
	for _, p := range from {
		if !p.isNew {
			before = append(before, p.id)
		}
		for _, r := range append(p.doc.References(), bodies[p.id]...) {
			rows = append(rows, w.Reference.Create().SetFromID(p.id).SetToID(r.ID).SetField(r.Field).SetState(state))
		}
	}
	for chunk := range slices.Chunk(before, 500) {
		if _, err := w.Reference.Delete().Where(reference.FromIDIn(chunk...), reference.StateEQ(state)).Exec(w.ctx); err != nil {
			return err
		}
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
