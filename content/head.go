package content

import (
	"slices"

	"entgo.io/ent/dialect"

	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/revision"
)

// head is an entry with its newest revision. It is empty where there is no entry.
type head struct {
	entry    *ent.Entry
	document []byte
	hash     string
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
		numbers := make(map[string]int, len(entries))
		for _, e := range entries {
			heads[e.ID] = head{entry: e}
			numbers[e.ID] = e.Head
		}
		revisions, err := w.revisions(numbers)
		if err != nil {
			return nil, err
		}
		for id, r := range revisions {
			heads[id] = head{entry: heads[id].entry, document: []byte(r.Document), hash: r.Hash}
		}
	}
	return heads, nil
}

// revisions returns one revision of each entry, by the entry's id. Missing ones are left out.
func (w *write) revisions(numbers map[string]int) (map[string]*ent.Revision, error) {
	ids, wanted := make([]string, 0, len(numbers)), make([]int, 0, len(numbers))
	for id, n := range numbers {
		ids = append(ids, id)
		if !slices.Contains(wanted, n) {
			wanted = append(wanted, n)
		}
	}
	found := make(map[string]*ent.Revision, len(numbers))
	if len(ids) == 0 {
		return found, nil
	}
	all, err := w.Revision.Query().Where(revision.EntryIDIn(ids...), revision.NumberIn(wanted...)).All(w.ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if numbers[r.EntryID] == r.Number {
			found[r.EntryID] = r
		}
	}
	return found, nil
}
