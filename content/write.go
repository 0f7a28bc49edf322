package content

import (
	"errors"
	"time"

	"dugnad/ent"
	"dugnad/schema"
)

// entryWrite is the state of one entry in the write path. Each stage sets fields that later stages only read.
type entryWrite struct {
	id    string
	draft Draft // what is to be saved; empty where the act saves nothing
	item  Item  // what an act is to be done with; empty of a draft

	patch     object       // parse: what the draft changes of the document
	head      head         // readHeads: the newest revision there is
	redacted  *cutter      // readRedactions: what must not come back; nil for nothing
	typ       ent.Type     // decide
	stage     schema.Stage // decide: the stage that the act leads to
	text      []byte       // merge: the new document as it is stored, in canonical form
	hash      string       // merge
	revision  int          // merge of a draft, readDocuments of an act: the number of the revision that doc is of
	notes     []Problem    // parse, check: warnings that come with the saved entry
	doc       ent.Document // merge of a draft, readDocuments of an act: the document, read into its type
	before    ent.Document // merge of a draft: the head's; readDocuments of an act: the one that is live; nil for none
	lost      []Problem    // compare: what the documents before it have and doc has not
	changed   bool         // store: there is a new revision; a save that changes nothing makes none
	slug      string       // takeSlugs: the address that the entry is published under
	keepsSlug bool         // takeSlugs: slug is the one that it has
	holder    *holder      // takeSlugs: who has that address now, nil for nobody
	first     time.Time    // putLiveRows: when the entry was first published
	written   *ent.Entry   // derive, record: the entry as it is afterwards

	newer bool // import: the document is that of a newer draft

	endPublish, endWithdraw bool // transfer: its schedules end
}

// entry returns the entry before the write, nil if it is new.
func (e *entryWrite) entry() *ent.Entry { return e.head.entry }

// owner returns the id of the organisation that owns the entry.
func (e *entryWrite) owner() string {
	if e.head.entry != nil {
		return e.head.entry.OwnerID
	}
	return e.draft.Owner
}

// batch holds entries that are written atomically, with the problems and conflicts found.
type batch struct {
	*write
	act       Act
	options   ActOptions
	entries   []*entryWrite
	unchanged []*entryWrite // leaveUnchanged: what the act would not change
	problems  []Problem
	ended     []Problem // transfer: what it ended
	conflicts []*ConflictError
}

// draftBatch returns a batch that saves the drafts.
func (w *write) draftBatch(drafts []Draft) *batch {
	b := &batch{write: w, act: ActSave}
	for _, d := range drafts {
		b.entries = append(b.entries, &entryWrite{id: d.ID, draft: d})
	}
	return b
}

// actBatch returns a batch that does an act with the items.
func (w *write) actBatch(act Act, options ActOptions, items []Item) *batch {
	b := &batch{write: w, act: act, options: options}
	for _, item := range items {
		b.entries = append(b.entries, &entryWrite{id: item.ID, item: item})
	}
	return b
}

// errProblems rolls a transaction back because of problems, which the caller gets as data.
var errProblems = errors.New("there are problems")

// run runs the stages in order. It ends with errProblems after the first stage that finds problems or conflicts.
func (b *batch) run(stages ...func() error) error {
	for _, stage := range stages {
		if err := stage(); err != nil {
			return err
		}
		if len(b.problems)+len(b.conflicts) > 0 {
			return errProblems
		}
	}
	return nil
}

// find runs all of the stages, so that every problem is found at once.
func (b *batch) find(stages ...func() error) error {
	for _, stage := range stages {
		if err := stage(); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) addProblem(p Problem) { b.problems = append(b.problems, p) }

// ids returns the ids of the entries, in order.
func (b *batch) ids() []string {
	ids := make([]string, len(b.entries))
	for i, e := range b.entries {
		ids[i] = e.id
	}
	return ids
}

// detach takes entries out of the transaction once it has ended, so that their edges can be asked for.
func (s *Service) detach(entries ...*ent.Entry) {
	if s.inside != nil {
		return // it has not ended
	}
	done := make(map[*ent.Entry]bool, len(entries))
	for _, e := range entries {
		if e != nil && !done[e] { // two drafts that change nothing share what was read
			e.Unwrap()
			done[e] = true
		}
	}
}
