package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"dugnad/ent"
	"dugnad/schema"
)

// Draft is what is to be saved of one entry.
type Draft struct {
	ID       string             // of the entry; if there is none, one is created with this id
	Type     schema.ContentType // of a new entry
	Owner    string             // organisation of a new entry
	Document json.RawMessage    // a patch: absent = unchanged, null = cleared
	Whole    bool               // the document replaces the one before
	Expected *int               // the head revision that the writer saw; nil when none was seen
	Note     string
	Autosave bool // saved without being asked to: it replaces an autosave of the same author that is not old
	act      Act  // ActSave when empty
}

// Saved is the result of saving one draft.
type Saved struct {
	Entry    *ent.Entry
	Moved    bool      // there is a new revision; a save that changes nothing makes none
	Warnings []Problem // REDACTED, for a text that was cut
}

// save is the write path of a draft, from top to bottom. Nothing is written before every stage that can refuse has
// passed. Publishing goes on from here: see batch.do and batch.publish.
func (b *batch) save() error {
	return b.run(
		b.parse,          // parse.go: the patch, read once
		b.readHeads,      // head.go: what there is now, held until the transaction ends
		b.readRedactions, // redaction.go: what must not come back
		b.decideSaves,    // decide.go: whether the viewer may, and saw what there is; the next stage
		b.merge,          // merge.go: the patch over the head; the new document, read once into its type
		b.check,          // check.go: problems of the document, and of what it points at
		b.store,          // store.go: the revision and its references
		b.derive,         // derive.go: what the entry's row has of its head; the step in its history
	)
}

// Save stores the drafts, all or none: each becomes a revision of its entry. Readers see nothing of it. Problems are
// what no document may hold, and what the viewer may not write; with any of them nothing is saved. If there is a
// revision that the writer has not seen, the error is a *ConflictError. Contributors of the owner only.
func (s *Service) Save(ctx context.Context, drafts ...Draft) (saved []Saved, problems []Problem, err error) {
	var b *batch
	err = s.write(ctx, false, func(w *write) error {
		b = w.draftBatch(drafts)
		return b.save()
	})
	return s.saved(b, err)
}

// saved returns the result of a batch that was to be saved, after its transaction.
func (s *Service) saved(b *batch, err error) ([]Saved, []Problem, error) {
	if errors.Is(err, errProblems) {
		return nil, b.problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	saved := make([]Saved, len(b.entries))
	for i, e := range b.entries {
		s.detach(e.written)
		saved[i] = Saved{Entry: e.written, Moved: e.changed, Warnings: e.warnings()}
	}
	return saved, nil, nil
}

// warnings returns what the writer must know of a draft that was saved.
func (e *entryWrite) warnings() []Problem {
	if e.redacted == nil || e.redacted.places == 0 {
		return nil
	}
	return []Problem{{
		Code: WarningRedacted, Severity: SeverityWarning, Path: []string{}, Entry: e.id,
		Message: fmt.Sprintf("redacted text was not kept, in %d places", e.redacted.places),
	}}
}
