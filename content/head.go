package content

import (
	"fmt"
	"maps"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/predicate"
	"dugnad/ent/revision"
)

// head is an entry with its newest revision, and with the one that is live. It is empty where there is no entry.
type head struct {
	entry     *ent.Entry
	document  []byte
	hash      string
	published []byte // the document that is live; nil if none is
}

// live returns the document that is live, nil if none is.
func (h head) live() (ent.Document, error) {
	if h.published == nil {
		return nil, nil
	}
	doc, err := decode(string(h.entry.Type), h.published)
	if err != nil {
		return nil, fmt.Errorf("revision %d of %s: %w", *h.entry.Published, h.entry.ID, err)
	}
	return doc, nil
}

// number returns the number of the newest revision, 0 if there is no entry.
func (h head) number() int {
	if h.entry == nil {
		return 0
	}
	return h.entry.Head
}

// readHeads reads the present heads of the entries.
func (b *batch) readHeads() error {
	heads, err := b.heads(b.ids())
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		e.head = heads[e.id]
	}
	return nil
}

// heads returns the heads of the ids that have an entry, with two statements for each 500. In a transaction it locks
// the entries until its end, so that a concurrent writer of the same entry sees the new head. SQLite has only one
// writer.
func (w *write) heads(ids []string) (map[string]head, error) {
	heads := make(map[string]head, len(ids))
	// in a fixed order, to avoid deadlocks
	for chunk := range slices.Chunk(slices.Sorted(slices.Values(ids)), 500) {
		q := w.Entry.Query().Where(entry.IDIn(chunk...)).Order(entry.ByID())
		if w.tx != nil && !w.preview && w.Dialect() == dialect.Postgres {
			q.ForUpdate()
		}
		entries, err := q.All(w.ctx)
		if err != nil {
			return nil, err
		}
		numbers := make(map[string][]int, len(entries))
		for _, e := range entries {
			numbers[e.ID] = []int{e.Head}
			if e.Live && *e.Published != e.Head {
				numbers[e.ID] = append(numbers[e.ID], *e.Published)
			}
		}
		revisions, err := w.revisionsOf(numbers)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			h := head{entry: e}
			if r := revisions[revisionKey{e.ID, e.Head}]; r != nil {
				h.document, h.hash = []byte(r.Document), r.Hash
			}
			if e.Live {
				if r := revisions[revisionKey{e.ID, *e.Published}]; r != nil {
					h.published = []byte(r.Document)
				}
			}
			heads[e.ID] = h
		}
	}
	return heads, nil
}

// revisionKey names a revision of an entry.
type revisionKey struct {
	entry  string
	number int
}

// revisions returns one revision of each entry, by the entry's id. Missing ones are left out.
func (w *write) revisions(numbers map[string]int) (map[string]*ent.Revision, error) {
	wanted := make(map[string][]int, len(numbers))
	for id, n := range numbers {
		wanted[id] = []int{n}
	}
	all, err := w.revisionsOf(wanted)
	found := make(map[string]*ent.Revision, len(all))
	for of, r := range all {
		found[of.entry] = r
	}
	return found, err
}

// revisionsOf returns revisions of entries. Missing ones are left out.
func (w *write) revisionsOf(numbers map[string][]int) (map[revisionKey]*ent.Revision, error) {
	found := make(map[revisionKey]*ent.Revision, len(numbers))
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(numbers)), 500) {
		var wanted []revisionKey
		for _, id := range ids {
			for _, n := range numbers[id] {
				wanted = append(wanted, revisionKey{id, n})
			}
		}
		all, err := w.Revision.Query().Where(predicate.Revision(func(s *sql.Selector) {
			s.Where(sql.P(func(b *sql.Builder) {
				b.WriteString("(").Ident(s.C(revision.FieldEntryID)).Comma().Ident(s.C(revision.FieldNumber)).WriteString(") IN (VALUES ")
				for i, r := range wanted {
					if i > 0 {
						b.Comma()
					}
					b.WriteString("(").Arg(r.entry).WriteString(", CAST(").Arg(r.number).WriteString(" AS bigint))")
				}
				b.WriteString(")")
			}))
		})).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("read revisions: %w", err)
		}
		for _, r := range all {
			found[revisionKey{r.EntryID, r.Number}] = r
		}
	}
	return found, nil
}
