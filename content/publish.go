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
	v := reflect.ValueOf(doc).Elem()
	for i := range v.NumField() {
		if value := v.Field(i).MethodByName("Value"); value.IsValid() {
			c.blanks(value.Call(nil)[0], []string{jsonName(v.Type().Field(i))})
		}
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

// readDocuments decodes the heads' documents, and adds problems for missing and invalid values.
func (b *batch) readDocuments() (err error) {
	for _, e := range b.entries {
		e.revision = e.item.Revision
		if e.doc, err = decode(string(e.entry().Type), e.head.document); err != nil {
			return fmt.Errorf("revision %d of %s: %w", e.revision, e.id, err)
		}
		b.problems = append(b.problems,
			complete(e.id, string(e.entry().Type), e.doc, "must be filled before the entry can be published")...)
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
	pointing := make([]pointer, len(b.entries))
	for i, e := range b.entries {
		if err := b.putLiveRow(e, versions[e.id]+1); err != nil {
			return fmt.Errorf("publish %s: %w", e.id, err)
		}
		was := e.entry()
		pointing[i] = pointer{id: e.id, owner: was.OwnerID, doc: e.doc, isNew: was.Published == nil}
	}
	if err := b.setReferences(schema.OfPublished, pointing...); err != nil {
		return fmt.Errorf("store references: %w", err)
	}
	return nil
}

func (b *batch) putLiveRow(e *entryWrite, version int) error {
	was := e.entry()
	first := b.now
	switch {
	case was.FirstPublishedAt != nil:
		first = *was.FirstPublishedAt
	case e.item.first != nil && e.item.first.Before(b.now): // clocks differ
		first = e.item.first.UTC()
	}
	updated := b.now
	if e.item.updated != nil {
		updated = b.past(*e.item.updated)
	}
	if err := b.fileSizes(e.doc); err != nil {
		return err
	}
	err := e.doc.PutRow(b.ctx, b.Client, e.id, map[string]any{
		"slug": e.slug, "owner_id": was.OwnerID, "published_at": first, "updated_at": updated, "revision": e.revision,
		"version": version,
	})
	if err != nil {
		return err
	}
	if err := b.putLinks(e.id, was.OwnerID, e.doc.Shared()); err != nil {
		return err
	}
	audience := audienceOf(e.doc.Shared())
	if !e.keepsSlug {
		if err := b.storeSlug(was, e.slug, audience); err != nil {
			return err
		}
	}
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
	if b.preview { // so that editors can go on saving
		return nil
	}
	return b.Entry.UpdateOne(was).SetPublished(e.revision).SetLive(true).SetLiveAudience(audience).
		SetSlug(e.slug).SetFirstPublishedAt(first).Exec(b.ctx)
}

// connectLive creates the edges of the live rows to live objects, and restores the edges of live entries whose
// published documents refer to them. public has the entries that are or were public.
func (b *batch) connectLive(public map[string]bool) error {
	referring, err := b.referring(b.ids())
	if err != nil {
		return err
	}
	docs := b.documents()
	for _, r := range referring {
		docs[r.entry.ID] = r.doc
	}
	b.touch(referring, public)
	return b.connect(docs)
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

// referrer is a live entry with its published document.
type referrer struct {
	entry *ent.Entry
	doc   ent.Document
}

// referring returns the other live entries whose published documents refer to any of the ids, by id. Links in bodies
// make no edges, and show as they are whether they lead somewhere or not.
func (w *write) referring(ids []string) ([]referrer, error) {
	var from []string
	for chunk := range slices.Chunk(ids, 500) {
		some, err := w.Reference.Query().Where(reference.ToIDIn(chunk...), reference.StateEQ(schema.OfPublished),
			reference.FieldNEQ(InBodies)).
			Unique(true).Select(reference.FieldFromID).Strings(w.ctx)
		if err != nil {
			return nil, err
		}
		from = append(from, some...)
	}
	among := make(map[string]bool, len(ids))
	for _, id := range ids {
		among[id] = true
	}
	from = slices.DeleteFunc(unique(from), func(id string) bool { return among[id] })
	var referring []referrer
	for chunk := range slices.Chunk(from, 500) {
		entries, err := w.Entry.Query().Where(entry.IDIn(chunk...), entry.Live(true)).Order(entry.ByID()).All(w.ctx)
		if err != nil {
			return nil, err
		}
		numbers := make(map[string]int, len(entries))
		for _, e := range entries {
			numbers[e.ID] = *e.Published
		}
		revisions, err := w.revisions(numbers)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			doc, err := decode(string(e.Type), []byte(revisions[e.ID].Document))
			if err != nil {
				return nil, fmt.Errorf("revision %d of %s: %w", *e.Published, e.ID, err)
			}
			referring = append(referring, referrer{e, doc})
		}
	}
	return referring, nil
}

// connect replaces the edges of the live rows with those of the documents to live objects.
func (w *write) connect(docs map[string]ent.Document) error {
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
		if !slices.ContainsFunc(r.doc.References(), func(r ent.Ref) bool { return public[r.ID] }) {
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
	public := make(map[string]bool)
	for _, one := range b.entries {
		e := one.entry()
		public[e.ID] = isPublic(e)
		if err := ent.DeleteRow(b.ctx, b.Client, e.ID); err != nil {
			return fmt.Errorf("withdraw %s: %w", e.ID, err)
		}
		if err := b.deleteLinks(e.ID); err != nil {
			return fmt.Errorf("withdraw %s: %w", e.ID, err)
		}
		b.changes = append(b.changes, changes.Entry{
			NodeID: e.ID, Action: schema.Gone, Revision: *e.Published,
			Audience: *e.LiveAudience,
		})
	}
	referring, err := b.referring(b.ids())
	if err != nil {
		return err
	}
	b.touch(referring, public)
	return nil
}
