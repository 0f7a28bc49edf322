package content

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/reference"
	"dugnad/ent/slug"
	"dugnad/schema"
	"dugnad/text"
)

// Publish makes the given revisions public, all or none, as Do does with ActPublish. A revision that is not the newest any more is a
// ConflictError.
func (s *Service) Publish(ctx context.Context, items ...Item) (published []*ent.Entry, problems []Problem, err error) {
	if len(items) == 0 {
		return nil, nil, nil
	}
	o, err := s.Do(ctx, ActPublish, With{}, items...)
	if err == nil && len(o.Conflicts) > 0 {
		err = o.Conflicts[0]
	}
	return o.Entries, o.Problems, err
}

// Withdraw takes the entries from the readers, all or none, as Do does with ActWithdraw. An entry that is not there or not live is an
// error, one whose newest revision the editor has not seen a ConflictError.
func (s *Service) Withdraw(ctx context.Context, items ...Item) (withdrawn []*ent.Entry, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	o, err := s.Do(ctx, ActWithdraw, With{}, items...)
	switch {
	case err != nil:
	case len(o.Conflicts) > 0:
		err = o.Conflicts[0]
	case len(o.Problems) > 0:
		err = &Error{Code: NotFound, Message: o.Problems[0].Entry + ": " + o.Problems[0].Message}
	}
	return o.Entries, err
}

// complete finds what keeps a document from being seen by readers: what none may hold, and what is missing, of which it says why.
func complete(id, gql string, doc ent.Document, why string) []Problem {
	problems := check(id, gql, doc)
	for _, path := range doc.Missing() {
		problems = append(problems, Problem{Code: "REQUIRED", Severity: SeverityError, Path: path, Message: why, Entry: id})
	}
	return problems
}

// publication is the publishing of several entries.
type publication struct {
	*write
	heads    map[string]head
	docs     map[string]ent.Document
	slugs    map[string]string
	problems []Problem
}

// prepare reads the documents and finds what keeps them from being published.
func (w *write) prepare(items []Item, heads map[string]head) (p *publication, err error) {
	p = &publication{write: w, heads: heads, docs: make(map[string]ent.Document)}
	for _, item := range items {
		h := heads[item.ID]
		if p.docs[item.ID], err = decode(string(h.entry.Type), h.document); err != nil {
			return nil, fmt.Errorf("revision %d of %s: %w", item.Revision, item.ID, err)
		}
		p.problems = append(p.problems, complete(item.ID, string(h.entry.Type), p.docs[item.ID], "must be filled before the entry can be published")...)
	}
	if err := p.takeSlugs(items); err != nil {
		return nil, err
	}
	if !w.viewer.IsSystem() {
		warnings, err := p.warnings(items)
		if err != nil {
			return nil, err
		}
		p.problems = append(p.problems, warnings...)
	}
	return p, nil
}

// takeSlugs gives every entry its address: the one its document asks for, else the one it has, else one made from its title.
func (p *publication) takeSlugs(items []Item) error {
	p.slugs = make(map[string]string, len(items))
	wanted := make(map[string]string, len(items))
	for _, item := range items {
		e, doc := p.heads[item.ID].entry, p.docs[item.ID].Shared()
		switch {
		case doc.Slug != nil:
			wanted[item.ID] = text.Slug(*doc.Slug)
		case e.Slug != nil:
			p.slugs[item.ID] = *e.Slug
		default:
			wanted[item.ID] = text.Slug(titleOf(doc.Texts))
		}
	}
	taken, err := p.takenSlugs(items, wanted)
	if err != nil {
		return err
	}
	for _, item := range items {
		slug, ok := wanted[item.ID]
		if !ok {
			continue
		}
		e, asked := p.heads[item.ID].entry, p.docs[item.ID].Shared().Slug != nil
		by := func(slug string) string { return taken[slugKey{e.Type, slug}] }
		if asked && slug != *p.docs[item.ID].Shared().Slug {
			p.problems = append(p.problems, Problem{
				Code: "INVALID", Severity: SeverityError, Path: []string{"slug"}, Entry: item.ID,
				Message: "a slug has small letters a to z, digits and hyphens; for instance " + slug,
			})
		}
		if asked && by(slug) != "" && by(slug) != item.ID {
			p.problems = append(p.problems, Problem{
				Code: "SLUG_TAKEN", Severity: SeverityError, Path: []string{"slug"}, Message: "another published entry has this slug", Entry: item.ID,
			})
			continue
		}
		base := slug
		for n := 2; by(slug) != "" && by(slug) != item.ID; n++ {
			slug = base + "-" + strconv.Itoa(n)
		}
		taken[slugKey{e.Type, slug}] = item.ID
		p.slugs[item.ID] = slug
	}
	return nil
}

type slugKey struct {
	t    schema.ContentType
	slug string
}

// takenSlugs tells which entry has each of the wanted slugs, and those that begin with one.
func (p *publication) takenSlugs(items []Item, wanted map[string]string) (map[slugKey]string, error) {
	taken := make(map[slugKey]string)
	for chunk := range slices.Chunk(items, 100) {
		var alike []predicateSlug
		for _, item := range chunk {
			if slug, ok := wanted[item.ID]; ok {
				alike = append(alike, slugLike(p.heads[item.ID].entry.Type, slug))
			}
		}
		if len(alike) == 0 {
			continue
		}
		rows, err := p.Slug.Query().Where(slug.Or(alike...)).All(p.ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			taken[slugKey{r.Type, r.Slug}] = r.EntryID
		}
	}
	return taken, nil
}

// publish makes the documents public: each is copied to the entry's live row, with edges to what is live. Edges of live entries whose
// published documents point here come back.
func (p *publication) publish(items []Item) error {
	versions, err := p.versions(idsOf(items))
	if err != nil {
		return err
	}
	public := make(map[string]bool)
	for _, item := range items {
		public[item.ID] = isPublic(p.heads[item.ID].entry) || audienceOf(p.docs[item.ID].Shared()) == schema.Public
		if err := p.put(p.heads[item.ID].entry, item, versions[item.ID]+1); err != nil {
			return fmt.Errorf("publish %s: %w", item.ID, err)
		}
	}
	referring, err := p.referring(idsOf(items))
	if err != nil {
		return err
	}
	for _, r := range referring {
		p.docs[r.entry.ID] = r.doc
	}
	p.touch(referring, public)
	return p.connect(p.docs)
}

// put writes one entry's live row and links, and what the entry says of itself.
func (p *publication) put(e *ent.Entry, item Item, version int) error {
	doc := p.docs[item.ID]
	first := p.now
	switch {
	case e.FirstPublishedAt != nil:
		first = *e.FirstPublishedAt
	case item.first != nil && item.first.Before(p.now): // clocks differ
		first = item.first.UTC()
	}
	if err := p.fileSizes(doc); err != nil {
		return err
	}
	err := doc.PutRow(p.ctx, p.Client, e.ID, map[string]any{
		"slug": p.slugs[e.ID], "owner_id": e.OwnerID, "published_at": first, "updated_at": p.now, "revision": item.Revision,
		"version": version,
	})
	if err != nil {
		return err
	}
	if err := p.putLinks(e.ID, doc.Shared()); err != nil {
		return err
	}
	if err := p.refer(e.ID, doc, schema.OfPublished); err != nil {
		return err
	}
	if e.Slug == nil || *e.Slug != p.slugs[e.ID] {
		if err := p.takeSlug(e, p.slugs[e.ID]); err != nil {
			return err
		}
	}
	audience := audienceOf(doc.Shared())
	if isPublic(e) && audience == schema.Members {
		p.changes = append(p.changes, changes.Entry{NodeID: e.ID, Action: schema.Gone, Revision: item.Revision, Audience: schema.Public})
	}
	p.changes = append(p.changes, changes.Entry{NodeID: e.ID, Action: schema.Upsert, Revision: item.Revision, Audience: audience})
	if p.preview { // so that editors can go on saving
		return nil
	}
	return p.Entry.UpdateOne(e).SetPublished(item.Revision).SetLive(true).SetLiveAudience(audience).
		SetSlug(p.slugs[e.ID]).SetFirstPublishedAt(first).Exec(p.ctx)
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

func (p *publication) takeSlug(e *ent.Entry, address string) error {
	has, err := p.Slug.Query().Where(slug.TypeEQ(e.Type), slug.Slug(address)).Exist(p.ctx)
	if err != nil || has {
		return err
	}
	return p.Slug.Create().SetType(e.Type).SetSlug(address).SetEntryID(e.ID).Exec(p.ctx)
}

// referrer is a live entry with its published document.
type referrer struct {
	entry *ent.Entry
	doc   ent.Document
}

// referring gives the other live entries whose published documents point at any of the ids, by id.
func (w *write) referring(ids []string) ([]referrer, error) {
	var from []string
	for chunk := range slices.Chunk(ids, 500) {
		some, err := w.Reference.Query().Where(reference.ToIDIn(chunk...), reference.StateEQ(schema.OfPublished)).
			Unique(true).Select(reference.FieldFromID).Strings(w.ctx)
		if err != nil {
			return nil, err
		}
		from = append(from, some...)
	}
	from = slices.DeleteFunc(unique(from), func(id string) bool { return slices.Contains(ids, id) })
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

// connect makes the edges of the live rows those of the documents, as far as the other ends are live.
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

// touch notes that what readers see of the entries changed: they got or lost an edge. Everybody is told only where the edge is to one
// that was or is public; of the others the public must not learn even that something happened.
func (w *write) touch(referring []referrer, public map[string]bool) {
	for _, r := range referring {
		audience := *r.entry.LiveAudience
		if !slices.ContainsFunc(r.doc.References(), func(r ent.Ref) bool { return public[r.ID] }) {
			audience = schema.Members
		}
		w.changes = append(w.changes, changes.Entry{NodeID: r.entry.ID, Action: schema.Upsert, Revision: *r.entry.Published, Audience: audience})
	}
}

// withdraw takes the entries from the readers: their rows and links are removed, their documents stay, so that publishing them again
// restores everything.
func (w *write) withdraw(items []Item, heads map[string]head) error {
	public := make(map[string]bool)
	for _, item := range items {
		e := heads[item.ID].entry
		public[e.ID] = isPublic(e)
		if err := ent.DeleteRow(w.ctx, w.Client, e.ID); err != nil {
			return fmt.Errorf("withdraw %s: %w", e.ID, err)
		}
		if err := w.deleteLinks(e.ID); err != nil {
			return fmt.Errorf("withdraw %s: %w", e.ID, err)
		}
		w.changes = append(w.changes, changes.Entry{NodeID: e.ID, Action: schema.Gone, Revision: *e.Published, Audience: *e.LiveAudience})
	}
	referring, err := w.referring(idsOf(items))
	if err != nil {
		return err
	}
	w.touch(referring, public)
	return nil
}
