package content

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/reference"
	"dugnad/fault"
	"dugnad/schema"
)

// Publish publishes the given revisions atomically, as Do does with ActPublish. Editors of the owner only. If a newer
// revision was saved since, the error is a *ConflictError.
func (s *Service) Publish(ctx context.Context, items ...Item) (published []*ent.Entry, problems []Problem, err error) {
	if len(items) == 0 {
		return nil, nil, nil
	}
	o, err := s.Do(ctx, ActPublish, ActOptions{}, items...)
	if err == nil && len(o.Conflicts) > 0 {
		err = o.Conflicts[0]
	}
	return o.Entries, o.Problems, err
}

// Withdraw withdraws the entries atomically, as Do does with ActWithdraw. Editors of the owner only. The error is
// NOT_FOUND if an entry does not exist or is not live, and a *ConflictError if the editor has not seen the newest
// revision.
func (s *Service) Withdraw(ctx context.Context, items ...Item) (withdrawn []*ent.Entry, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	o, err := s.Do(ctx, ActWithdraw, ActOptions{}, items...)
	switch {
	case err != nil:
	case len(o.Conflicts) > 0:
		err = o.Conflicts[0]
	case len(o.Problems) > 0:
		err = &fault.Error{Code: fault.NotFound, Message: o.Problems[0].Entry + ": " + o.Problems[0].Message}
	}
	return o.Entries, err
}

// complete adds the problems that keep a document from being published: invalid values, and missing ones with the
// message why.
func complete(id, gql string, doc ent.Document, why string) []Problem {
	problems := check(id, gql, doc)
	for _, path := range doc.Missing() {
		problems = append(problems, problemAt(ProblemRequired, why, path...).of(id))
	}
	c := &checker{entry: id}
	for name, value := range doc.Fields() {
		c.blanks(reflect.ValueOf(value), []string{name})
	}
	for _, p := range c.problems { // what is missing is told once
		if !slices.ContainsFunc(problems, func(q Problem) bool { return slices.Equal(p.Path, q.Path) }) {
			problems = append(problems, p)
		}
	}
	return problems
}

// preparePublish adds all problems that keep the entries from being published.
func (b *batch) preparePublish() error {
	return b.find(
		b.readDocuments, // the head's documents, and what is missing in them
		b.lockEntries,   // locks.go: so that what it depends on stays
		b.takeSlugs,     // slugs.go: the addresses that they will have
		b.checkWarnings, // warnings.go: what somebody has to acknowledge
	)
}

// publish publishes the heads, after preparePublish has found no problems.
func (b *batch) publish() error {
	public := make(map[string]bool)
	for _, e := range b.entries {
		public[e.id] = isPublic(e.entry()) || audienceOf(e.doc.Shared()) == schema.Public
	}
	if err := b.evict(); err != nil { // slugs.go
		return err
	}
	if err := b.putLiveRows(); err != nil {
		return err
	}
	return b.connectLive(public)
}

// readDocuments decodes the heads' documents and those that are live, and adds problems for missing and invalid values.
func (b *batch) readDocuments() (err error) {
	for _, e := range b.entries {
		e.revision = e.item.Revision
		was := e.entry()
		if e.doc, err = decode(string(was.Type), e.head.document); err != nil {
			return fmt.Errorf("revision %d of %s: %w", e.revision, e.id, err)
		}
		if e.before, err = e.head.live(); err != nil {
			return err
		}
		b.problems = append(b.problems,
			complete(e.id, string(was.Type), e.doc, "must be filled before the entry can be published")...)
		if !b.preview { // shown poorer, as it is where it has been published
			b.problems = append(b.problems, unshown(e.id, e.doc)...)
		}
	}
	return nil
}

// putLiveRows copies each document to the entry's live row, with its links, its references and its slug.
func (b *batch) putLiveRows() error {
	versions, err := b.versions(b.ids())
	if err != nil {
		return err
	}
	docs := make([]ent.Document, len(b.entries))
	for i, e := range b.entries {
		docs[i] = e.doc
	}
	if err := b.fileSizes(docs...); err != nil {
		return err
	}
	rows, links, pointing := make([]ent.Row, len(b.entries)), make([]linking, len(b.entries)), make([]pointer, len(b.entries))
	for i, e := range b.entries {
		was := e.entry()
		rows[i] = b.liveRow(e, versions[e.id]+1)
		links[i] = linking{id: e.id, owner: was.OwnerID, links: e.doc.Shared(), isNew: !was.Live}
		if e.before != nil {
			links[i].before = e.before.Shared()
		}
		pointing[i] = pointer{id: e.id, owner: was.OwnerID, doc: e.doc, before: e.before, isNew: was.Published == nil}
	}
	if err := ent.PutRows(b.ctx, b.Client, rows); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if err := b.putLinks(links...); err != nil {
		return err
	}
	if err := b.setReferences(schema.OfPublished, pointing...); err != nil {
		return fmt.Errorf("store references: %w", err)
	}
	if err := b.storeSlugs(); err != nil {
		return fmt.Errorf("store slugs: %w", err)
	}
	return nil
}

// liveRow returns the live row of an entry, and appends its change. The entry's own row follows in recordAct.
func (b *batch) liveRow(e *entryWrite, version int) ent.Row {
	was := e.entry()
	e.first = b.now
	switch {
	case was.FirstPublishedAt != nil:
		e.first = *was.FirstPublishedAt
	case e.item.first != nil && e.item.first.Before(b.now): // clocks differ
		e.first = e.item.first.UTC()
	}
	updated := b.now
	if e.item.updated != nil {
		updated = b.past(*e.item.updated)
	}
	audience := audienceOf(e.doc.Shared())
	if isPublic(was) && audience == schema.Members {
		b.changes = append(b.changes, changes.Entry{
			NodeID: e.id, Action: schema.Gone, Revision: e.revision,
			Audience: schema.Public,
		})
	}
	b.changes = append(b.changes, changes.Entry{
		NodeID: e.id, Action: schema.Upsert, Revision: e.revision,
		Audience: audience,
	})
	return ent.Row{ID: e.id, Document: e.doc, Managed: map[string]any{
		"slug": e.slug, "owner_id": was.OwnerID, "published_at": e.first, "updated_at": updated, "revision": e.revision,
		"version": version,
	}}
}

// connectLive changes the edges of the live rows to those of their documents, and restores the edges of live entries
// whose published documents refer to what was not live. public has the entries that are or were public.
func (b *batch) connectLive(public map[string]bool) error {
	referring, err := b.referring(b.ids())
	if err != nil {
		return err
	}
	b.touch(referring, public)
	var gone, come []edge
	opens := make(map[string]bool)
	for _, e := range b.entries {
		opens[e.id] = !e.entry().Live
		old, now := edgesOf(e.id, e.before), edgesOf(e.id, e.doc)
		gone = append(gone, without(old, now)...)
		come = append(come, without(now, old)...)
	}
	for _, r := range referring {
		for _, ref := range r.refs {
			if opens[ref.ID] {
				come = append(come, edge{r.entry.ID, ref})
			}
		}
	}
	return b.changeEdges(gone, come)
}

// without returns the edges that are not among the others.
func without(edges, others []edge) []edge {
	return slices.DeleteFunc(slices.Clone(edges), func(e edge) bool { return slices.Contains(others, e) })
}

func isPublic(e *ent.Entry) bool {
	return e.Live && e.LiveAudience != nil && *e.LiveAudience == schema.Public
}

func audienceOf(doc *ent.Shared) schema.Audience {
	if doc.Audience == "" {
		return schema.Public
	}
	return doc.Audience
}

// referrer is a live entry with the references of its published document to what is asked for.
type referrer struct {
	entry *ent.Entry // with its id, its published revision and its audience
	refs  []ent.Ref
}

// referring returns the other live entries whose published documents refer to any of the ids, by id. Links in bodies
// make no edges, and show as they are whether they lead somewhere or not.
func (w *write) referring(ids []string) ([]referrer, error) {
	among := make(map[string]bool, len(ids))
	for _, id := range ids {
		among[id] = true
	}
	refs := make(map[string][]ent.Ref)
	for chunk := range slices.Chunk(ids, 500) {
		rows, err := w.Reference.Query().Where(reference.ToIDIn(chunk...), reference.StateEQ(schema.OfPublished),
			reference.FieldNEQ(InBodies)).
			Select(reference.FieldFromID, reference.FieldField, reference.FieldToID).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("find what refers to entries: %w", err)
		}
		for _, r := range rows {
			if !among[r.FromID] {
				refs[r.FromID] = append(refs[r.FromID], ent.Ref{Field: r.Field, ID: r.ToID})
			}
		}
	}
	var referring []referrer
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(refs)), 500) {
		entries, err := w.Entry.Query().Where(entry.IDIn(chunk...), entry.Live(true)).Order(entry.ByID()).
			Select(entry.FieldID, entry.FieldPublished, entry.FieldLiveAudience).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("read the entries that refer to others: %w", err)
		}
		for _, e := range entries {
			referring = append(referring, referrer{e, refs[e.ID]})
		}
	}
	return referring, nil
}

// connectData replaces the edges of the rows of reference data with those of the documents to rows that are there.
func (w *write) connectData(docs map[string]ent.ReferenceDocument) error {
	var targets []string
	for _, d := range docs {
		for _, r := range d.References() {
			targets = append(targets, r.ID)
		}
	}
	live, err := ent.LiveIDs(w.ctx, w.Client, unique(targets))
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		if err := docs[id].PutEdges(w.ctx, w.Client, id, live); err != nil {
			return fmt.Errorf("connect %s: %w", id, err)
		}
	}
	return nil
}

// touch appends changes for entries that got or lost an edge. A change is PUBLIC only if the edge is to an entry that
// is or was public: anonymous readers must not learn of other changes.
func (w *write) touch(referring []referrer, public map[string]bool) {
	for _, r := range referring {
		audience := *r.entry.LiveAudience
		if !slices.ContainsFunc(r.refs, func(r ent.Ref) bool { return public[r.ID] }) {
			audience = schema.Members
		}
		w.changes = append(w.changes, changes.Entry{
			NodeID: r.entry.ID, Action: schema.Upsert, Revision: *r.entry.Published,
			Audience: audience,
		})
	}
}

// withdraw deletes the live rows and links of the entries. Their revisions stay, so that publishing restores
// everything.
func (b *batch) withdraw() error {
	for _, e := range b.entries {
		var err error
		if e.before, err = e.head.live(); err != nil {
			return err
		}
	}
	if err := b.lockEntries(); err != nil {
		return err
	}
	public := make(map[string]bool)
	for _, one := range b.entries {
		e := one.entry()
		public[e.ID] = isPublic(e)
		if err := ent.DeleteRow(b.ctx, b.Client, e.ID); err != nil {
			return fmt.Errorf("withdraw %s: %w", e.ID, err)
		}
		b.changes = append(b.changes, changes.Entry{
			NodeID: e.ID, Action: schema.Gone, Revision: *e.Published,
			Audience: *e.LiveAudience,
		})
	}
	if err := b.deleteLinks(b.ids()); err != nil {
		return fmt.Errorf("withdraw: %w", err)
	}
	referring, err := b.referring(b.ids())
	if err != nil {
		return err
	}
	b.touch(referring, public)
	return nil
}
