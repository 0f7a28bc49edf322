package content

import (
	"context"
	"errors"
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

// Item is an entry to publish or withdraw, and the revision that the editor saw.
type Item struct {
	ID       string
	Revision int
}

// Publish makes the given revisions public, all or none: each document is copied to the entry's live row, with edges to what is live.
// Edges of live entries whose published documents point here come back. With any problem nothing is published, and all problems are
// told. A revision that is not the newest any more is a ConflictError; an entry that is not there is NOT_FOUND.
func (s *Service) Publish(ctx context.Context, items ...Item) (published []*ent.Entry, problems []Problem, err error) {
	err = s.write(ctx, true, func(w *write) error {
		p := &publication{write: w, docs: make(map[string]ent.Document)}
		if err := p.read(items); err != nil {
			return err
		}
		for _, item := range items {
			p.problems = append(p.problems, complete(item.ID, string(p.heads[item.ID].entry.Type), p.docs[item.ID], "must be filled before the entry can be published")...)
		}
		if err := p.takeSlugs(items); err != nil {
			return err
		}
		if len(p.problems) > 0 {
			problems = p.problems
			return errProblems
		}
		published, err = p.apply(items)
		return err
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	return published, nil, err
}

// complete finds what keeps a document from being seen by readers: what none may hold, and what is missing, of which it says why.
func complete(id, gql string, doc ent.Document, why string) []Problem {
	problems := check(id, gql, doc)
	for _, path := range doc.Missing() {
		problems = append(problems, Problem{Code: "REQUIRED", Severity: SeverityError, Path: path, Message: why, Entry: id})
	}
	return problems
}

func idsOf(items []Item) []string {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	return ids
}

// publication is one call of Publish.
type publication struct {
	*write
	heads    map[string]head
	docs     map[string]ent.Document
	slugs    map[string]string
	problems []Problem
}

func (p *publication) read(items []Item) (err error) {
	if p.heads, err = p.write.heads(idsOf(items)); err != nil {
		return err
	}
	for _, item := range items {
		h := p.heads[item.ID]
		switch {
		case h.entry == nil:
			return &Error{Code: NotFound, Message: "nothing has the id " + item.ID}
		case h.number() != item.Revision:
			return &ConflictError{Entry: item.ID, Seen: item.Revision, Head: h.number()}
		}
		if p.docs[item.ID], err = decode(string(h.entry.Type), h.document); err != nil {
			return fmt.Errorf("revision %d of %s: %w", item.Revision, item.ID, err)
		}
	}
	return nil
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

func (p *publication) apply(items []Item) ([]*ent.Entry, error) {
	published := make([]*ent.Entry, len(items))
	public := make(map[string]bool)
	for i, item := range items {
		public[item.ID] = isPublic(p.heads[item.ID].entry) || audienceOf(p.docs[item.ID].Shared()) == schema.Public
		e, err := p.put(p.heads[item.ID].entry, item)
		if err != nil {
			return nil, fmt.Errorf("publish %s: %w", item.ID, err)
		}
		published[i] = e
	}
	referring, err := p.referring(idsOf(items))
	if err != nil {
		return nil, err
	}
	for _, r := range referring {
		p.docs[r.entry.ID] = r.doc
	}
	p.touch(referring, public)
	return published, p.connect(p.docs)
}

// put writes one entry's live row and links, and what the entry says of itself.
func (p *publication) put(e *ent.Entry, item Item) (*ent.Entry, error) {
	doc := p.docs[item.ID]
	first := p.now
	if e.FirstPublishedAt != nil {
		first = *e.FirstPublishedAt
	}
	err := doc.PutRow(p.ctx, p.Client, e.ID, map[string]any{
		"slug": p.slugs[e.ID], "owner_id": e.OwnerID, "published_at": first, "updated_at": p.now, "revision": item.Revision,
	})
	if err != nil {
		return nil, err
	}
	if err := p.putLinks(e.ID, doc.Shared()); err != nil {
		return nil, err
	}
	if err := p.refer(e.ID, doc, schema.OfPublished); err != nil {
		return nil, err
	}
	if e.Slug == nil || *e.Slug != p.slugs[e.ID] {
		if err := p.takeSlug(e, p.slugs[e.ID]); err != nil {
			return nil, err
		}
	}
	audience := audienceOf(doc.Shared())
	if isPublic(e) && audience == schema.Members {
		p.changes = append(p.changes, changes.Entry{NodeID: e.ID, Action: schema.Gone, Revision: item.Revision, Audience: schema.Public})
	}
	p.changes = append(p.changes, changes.Entry{NodeID: e.ID, Action: schema.Upsert, Revision: item.Revision, Audience: audience})
	return p.Entry.UpdateOne(e).SetStage(schema.Published).SetPublished(item.Revision).SetLive(true).SetLiveAudience(audience).
		SetSlug(p.slugs[e.ID]).SetFirstPublishedAt(first).SetUpdatedAt(p.now).Save(p.ctx)
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

// Withdraw takes the entries from the readers, all or none: their rows and links are removed, their documents stay, so that publishing
// them again restores everything. An entry that is not live is NOT_FOUND; one whose newest revision the editor has not seen a
// ConflictError.
func (s *Service) Withdraw(ctx context.Context, items ...Item) (withdrawn []*ent.Entry, err error) {
	err = s.write(ctx, true, func(w *write) error {
		ids := idsOf(items)
		entries, err := w.Entry.Query().Where(entry.IDIn(ids...)).All(w.ctx)
		if err != nil {
			return err
		}
		by, public := make(map[string]*ent.Entry, len(entries)), make(map[string]bool)
		for _, e := range entries {
			by[e.ID], public[e.ID] = e, isPublic(e)
		}
		for _, item := range items {
			e := by[item.ID]
			switch {
			case e == nil || !e.Live:
				return &Error{Code: NotFound, Message: "nothing published has the id " + item.ID}
			case e.Head != item.Revision:
				return &ConflictError{Entry: item.ID, Seen: item.Revision, Head: e.Head}
			}
			if err := ent.DeleteRow(w.ctx, w.Client, e.ID); err != nil {
				return fmt.Errorf("withdraw %s: %w", e.ID, err)
			}
			if err := w.deleteLinks(e.ID); err != nil {
				return fmt.Errorf("withdraw %s: %w", e.ID, err)
			}
			w.changes = append(w.changes, changes.Entry{NodeID: e.ID, Action: schema.Gone, Revision: *e.Published, Audience: *e.LiveAudience})
			if e, err = w.Entry.UpdateOne(e).SetStage(schema.Withdrawn).SetLive(false).ClearLiveAudience().SetUpdatedAt(w.now).Save(w.ctx); err != nil {
				return err
			}
			withdrawn = append(withdrawn, e)
		}
		referring, err := w.referring(ids)
		if err != nil {
			return err
		}
		w.touch(referring, public)
		return nil
	})
	return withdrawn, err
}
