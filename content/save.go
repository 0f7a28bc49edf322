package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"dugnad/ent"
	"dugnad/schema"
)

// Draft is the input of a save of one entry.
type Draft struct {
	ID       string             // of the entry; if there is none, one is created with this id
	Type     schema.ContentType // of a new entry
	Owner    string             // organisation of a new entry
	Document json.RawMessage    // a patch: absent = unchanged, null = cleared
	Whole    bool               // the document replaces the one before
	Expected *int               // the head revision that the writer saw; nil when none was seen
	Note     string
	Autosave bool     // saved without being asked to: it replaces an autosave of the same author that is not old
	act      Act      // ActSave when empty
	number   int      // of the revision of a new entry, or of a later one; 0 for the next
	known    []string // ids that it may refer to although nothing has them
}

// Saved is the result of saving one draft.
type Saved struct {
	Entry    *ent.Entry
	Outcome  Outcome   // Unchanged where the save changes nothing: it makes no revision
	Warnings []Problem // what was not kept as it was given, what readers will not get of it, what is gone
}

// save runs the stages of the write path, in order. All checks precede the first write. Publishing has further stages:
// see batch.do and batch.publish.
func (b *batch) save() error {
	return b.run(
		b.parse,          // parse.go: the patch, read once
		b.readHeads,      // head.go: what there is now, held until the transaction ends
		b.readRedactions, // redaction.go: what must not come back
		b.decideSaves,    // decide.go: whether the viewer may, and saw what there is; the next stage
		b.merge,          // merge.go: the patch over the head; the new document, read once into its type
		b.check,          // check.go: problems of the document, and of what it points at
		b.compare,        // lost.go: what the document has no more
		b.store,          // store.go: the revision and its references
		b.derive,         // derive.go: what the entry's row has of its head; the step in its history
	)
}

// Save stores the drafts atomically, each as a revision of its entry. Readers do not see them. If there are problems,
// such as invalid values or missing rights, nothing is saved. If the head is newer than the revision that the writer
// saw, the error is a *ConflictError. Contributors of the owner only.
func (s *Service) Save(ctx context.Context, drafts ...Draft) (saved []Saved, problems []Problem, err error) {
	var b *batch
	err = s.write(ctx, unlocked, func(w *write) error {
		b = w.draftBatch(drafts)
		return b.save()
	})
	return s.saved(b, err)
}

// saved returns the result of saving a batch, after its transaction.
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
		saved[i] = Saved{Entry: e.written, Outcome: e.outcome(), Warnings: e.warnings()}
	}
	return saved, nil, nil
}

func (e *entryWrite) outcome() Outcome {
	if e.entry() == nil {
		return Created
	}
	return outcomeOf(e.changed)
}

// warnings returns the warnings about a saved draft. What was stored before, and is told already, is not repeated.
func (e *entryWrite) warnings() []Problem {
	var warnings []Problem
	if e.changed {
		warnings = slices.Concat(e.lost, e.notes)
	}
	if e.redacted != nil && e.redacted.places > 0 {
		warnings = append(warnings, Problem{
			Code: WarningRedacted, Severity: SeverityWarning, Path: []string{}, Entry: e.id,
			Message: fmt.Sprintf("redacted text was not kept, in %d places", e.redacted.places),
		})
	}
	return warnings
}
