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
	"dugnad/ent/slug"
	"dugnad/schema"
	"dugnad/text"
)

// Addresses must tell readers nothing of what they do not see (docs/decisions/0037-addresses.md). An address is taken,
// for an entry, only by entries that all readers of the entry see: a public entry takes the address of one that only
// members read, or that is withdrawn, as if it were free. The other one gets another address, at once if it is live, or
// when it is published again.

type slugKey struct {
	t    schema.ContentType
	slug string
}

// holder is the entry that has an address now.
type holder struct {
	row   *ent.Slug
	entry *ent.Entry
}

// slugTaker gives addresses to the entries of a batch.
type slugTaker struct {
	*batch
	holders map[slugKey]*holder
	given   map[slugKey]string // ids of entries of the batch
}

// takeSlugs sets every entry's slug: the one in its document, else its present one, else one made from its title. An
// entry that opens to the public gets a new one if the public does not know the present one.
func (b *batch) takeSlugs() error {
	t := &slugTaker{b, map[slugKey]*holder{}, map[slugKey]string{}}
	if err := t.readPresent(); err != nil {
		return err
	}
	for _, e := range t.inOrder() {
		if err := t.take(e); err != nil {
			return err
		}
	}
	return nil
}

// inOrder returns the entries of the batch in the order in which they choose: public ones before those for members,
// which give way, and those that keep their slugs before others.
func (t *slugTaker) inOrder() []*entryWrite {
	rank := func(e *entryWrite) int {
		r := 0
		if audienceOf(e.doc.Shared()) == schema.Members {
			r = 2
		}
		if _, keeps := t.present(e); !keeps {
			r++
		}
		return r
	}
	all := slices.Clone(t.entries)
	slices.SortStableFunc(all, func(x, y *entryWrite) int { return rank(x) - rank(y) })
	return all
}

// readPresent reads who has the entries' present slugs, and those that they would like.
func (t *slugTaker) readPresent() error {
	var keys []slugKey
	for _, e := range t.entries {
		if address, wanted := e.wanted(); wanted {
			keys = append(keys, slugKey{e.entry().Type, address})
		}
	}
	return t.read(keys...)
}

// wanted returns the address that an entry would like, false if it keeps its own.
func (e *entryWrite) wanted() (string, bool) {
	doc, was := e.doc.Shared(), e.entry()
	switch {
	case settled(e):
		return "", false
	case doc.Slug != nil:
		return *doc.Slug, true
	case was.Slug != nil:
		return *was.Slug, true
	}
	return text.Slug(readyTitle(doc.Texts)), true
}

// settled reports whether the entry is live, and those who will read it know its slug: it keeps that if its document
// asks for no other.
func settled(e *entryWrite) bool {
	doc, was := e.doc.Shared(), e.entry()
	return was.Slug != nil && was.Live && (doc.Slug == nil || *doc.Slug == *was.Slug) &&
		(isPublic(was) || audienceOf(doc) == schema.Members)
}

// present returns the entry's slug of today, and reports whether it keeps it: another entry may have taken it, or the
// entry opens to a public that does not know it.
func (t *slugTaker) present(e *entryWrite) (slug string, keeps bool) {
	doc, was := e.doc.Shared(), e.entry().Slug
	switch {
	case settled(e):
		return *was, true
	case doc.Slug != nil || was == nil:
		return "", false
	}
	h := t.holders[slugKey{e.entry().Type, *was}]
	switch {
	case h == nil: // a redaction has dropped it
		return *was, true
	case h.row.EntryID != e.id:
		return "", false
	}
	return *was, audienceOf(doc) == schema.Members || h.row.Audience == schema.Public
}

// read reads who has the addresses that are not read yet.
func (t *slugTaker) read(keys ...slugKey) error {
	wanted := map[schema.ContentType][]string{}
	for _, k := range keys {
		if _, known := t.holders[k]; !known {
			t.holders[k] = nil
			wanted[k.t] = append(wanted[k.t], k.slug)
		}
	}
	var rows []*ent.Slug
	for of, slugs := range wanted {
		for chunk := range slices.Chunk(slugs, 500) {
			found, err := t.Slug.Query().Where(slug.TypeEQ(of), slug.SlugIn(chunk...)).All(t.ctx)
			if err != nil {
				return fmt.Errorf("read slugs: %w", err)
			}
			rows = append(rows, found...)
		}
	}
	entries := make(map[string]*ent.Entry, len(rows))
	for _, e := range t.entries {
		entries[e.id] = e.entry()
	}
	var others []string
	for _, r := range rows {
		if entries[r.EntryID] == nil {
			others = append(others, r.EntryID)
		}
	}
	for chunk := range slices.Chunk(unique(others), 500) {
		found, err := t.Entry.Query().Where(entry.IDIn(chunk...)).All(t.ctx)
		if err != nil {
			return fmt.Errorf("read the entries of slugs: %w", err)
		}
		for _, e := range found {
			entries[e.ID] = e
		}
	}
	for _, r := range rows {
		t.holders[slugKey{r.Type, r.Slug}] = &holder{r, entries[r.EntryID]}
	}
	return nil
}

// take sets the slug of one entry.
func (t *slugTaker) take(e *entryWrite) error {
	of, doc := e.entry().Type, e.doc.Shared()
	audience := audienceOf(doc)
	if present, keeps := t.present(e); keeps && t.given[slugKey{of, present}] == "" {
		t.give(e, present)
		e.keepsSlug = true
		return nil
	}
	if doc.Slug != nil {
		return t.takeExplicit(e, *doc.Slug)
	}
	base := text.Slug(readyTitle(doc.Texts))
	for n := 1; ; n++ {
		candidate := base
		if n > 1 {
			candidate = base + "-" + strconv.Itoa(n)
		}
		if _, known := t.holders[slugKey{of, candidate}]; !known {
			if err := t.read(numbered(of, base, n)...); err != nil {
				return err
			}
		}
		if !t.taken(slugKey{of, candidate}, e.id, audience) {
			t.give(e, candidate)
			return nil
		}
	}
}

// numbered returns the addresses made from base with the numbers from n on.
func numbered(of schema.ContentType, base string, n int) []slugKey {
	keys := []slugKey{{of, base}}
	for i := max(n, 2); i < n+20; i++ {
		keys = append(keys, slugKey{of, base + "-" + strconv.Itoa(i)})
	}
	return keys
}

// takeExplicit sets the slug that the document asks for. SLUG_TAKEN says that a live entry that the viewer may read
// has it; one that the viewer may not read gives way.
func (t *slugTaker) takeExplicit(e *entryWrite, asked string) error {
	if normal := text.Slug(asked); normal != asked {
		t.addProblem(problemAt(ProblemInvalid, "a slug has small letters a to z, digits and hyphens; for instance "+normal,
			"slug").of(e.id))
		return nil
	}
	key := slugKey{e.entry().Type, asked}
	if err := t.read(key); err != nil {
		return err
	}
	audience := schema.Public
	if t.viewer.SeesMembers() || t.viewer.IsSystem() {
		audience = schema.Members
	}
	if t.taken(key, e.id, audience) || t.ownHolds(key, e.id) {
		why, err := t.holding(key)
		if err != nil {
			return err
		}
		t.addProblem(problemAt(ProblemSlugTaken, why, "slug").of(e.id))
		return nil
	}
	t.give(e, asked)
	return nil
}

// ownHolds reports whether another entry, in whose organisation the viewer has a role, has the address though it is not
// live: its editors may want it back. Entries of others give way in silence.
func (t *slugTaker) ownHolds(key slugKey, id string) bool {
	h := t.holders[key]
	return h != nil && h.entry != nil && h.row.EntryID != id && !h.entry.Live && !t.viewer.IsSystem() &&
		t.viewer.RoleIn(h.entry.OwnerID) != ""
}

// holding says who has an address that is taken: the viewer may read that entry.
func (t *slugTaker) holding(key slugKey) (string, error) {
	if by := t.given[key]; by != "" {
		return fmt.Sprintf("the entry %s, which is published at the same time, has this slug", by), nil
	}
	if by := t.reserved[key]; by != "" {
		return fmt.Sprintf("%s, which is imported too, has this slug", by), nil
	}
	h := t.holders[key].entry
	if !h.Live {
		return fmt.Sprintf("%q (%s), which is %s, has this slug; freeSlug frees it", h.Title, h.ID, h.Stage), nil
	}
	documents, err := t.revisions(map[string]int{h.ID: *h.Published})
	if err != nil {
		return "", err
	}
	texts, err := textsIn([]byte(documents[h.ID].Document))
	if err != nil {
		return "", err
	}
	who := fmt.Sprintf("%q (%s)", readyTitle(texts), h.ID)
	if value(h.Slug) == key.slug {
		return who + ", which is published, has this slug", nil
	}
	return "this is a former slug of " + who + ", and still leads there, until editors of its owner end it with freeSlug", nil
}

// FreeSlug ends an address of an entry, so that others may take it: a former one, or that of an entry that is not live.
// Editors of the owner only. NOT_FOUND also if the entry has no such address.
func (s *Service) FreeSlug(ctx context.Context, id, address string) (saved []Saved, problems []Problem, err error) {
	var freed Saved
	err = s.write(ctx, alone, func(w *write) error {
		heads, err := w.heads([]string{id})
		if err != nil {
			return err
		}
		e := heads[id].entry
		_, problem := w.decide(id, e, ActFreeSlug)
		if problem == nil && e.Live && value(e.Slug) == address {
			is := problemAt(ProblemInvalid, "is the address of what is published: give that another slug, or withdraw it", "slug")
			problem = &is
		}
		if problem != nil {
			problems = []Problem{problem.of(id)}
			return errProblems
		}
		w.audit.AddSubjects(e.OwnerID, id)
		n, err := w.Slug.Delete().Where(slug.TypeEQ(e.Type), slug.Slug(address), slug.EntryID(id)).Exec(w.ctx)
		if err != nil {
			return err
		}
		if n == 0 {
			problems = []Problem{problemAt(ProblemNotFound, "no such address leads to the entry", "slug").of(id)}
			return errProblems
		}
		freed = Saved{Entry: e, Outcome: Updated}
		if e.Live { // whoever keeps answers asks again
			w.changes = append(w.changes, changes.Entry{
				NodeID: id, Action: schema.Upsert, Revision: *e.Published, Audience: *e.LiveAudience,
			})
		}
		if value(e.Slug) == address {
			if freed.Entry, err = w.Entry.UpdateOne(e).ClearSlug().Save(w.ctx); err != nil {
				return err
			}
		}
		return w.addStep(e, ActFreeSlug, address)
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	s.detach(freed.Entry)
	return []Saved{freed}, nil, nil
}

// taken reports whether readers of the audience know the address as that of another live entry.
func (t *slugTaker) taken(key slugKey, id string, audience schema.Audience) bool {
	if by := t.given[key]; by != "" {
		return by != id
	}
	if by := t.reserved[key]; by != "" && by != id {
		return true
	}
	h := t.holders[key]
	switch {
	case h == nil, h.row.EntryID == id, h.entry == nil, !h.entry.Live:
		return false
	case audience == schema.Public:
		return isPublic(h.entry) && h.row.Audience == schema.Public
	}
	return true
}

// give sets the entry's slug. Who has it now gives way when the entry is published.
func (t *slugTaker) give(e *entryWrite, address string) {
	key := slugKey{e.entry().Type, address}
	e.slug, e.holder = address, t.holders[key]
	t.given[key] = e.id
}

// readyTitle returns the title that readers without wishes get of the texts that are ready.
func readyTitle(texts []schema.ContentText) string {
	return titleOf(slices.DeleteFunc(slices.Clone(texts), func(t schema.ContentText) bool {
		return t.Ready != nil && !*t.Ready
	}))
}

// storeSlugs makes the addresses of the batch lead to its entries, for readers of their audiences. Readers who know one
// from an earlier time still do.
func (b *batch) storeSlugs() error {
	var rows []*ent.SlugCreate
	for _, e := range b.entries {
		audience := audienceOf(e.doc.Shared())
		switch h := e.holder; {
		case e.keepsSlug:
		case h == nil:
			rows = append(rows, b.Slug.Create().SetType(e.entry().Type).SetSlug(e.slug).SetEntryID(e.id).SetAudience(audience))
		case h.row.EntryID == e.id && (h.row.Audience == audience || h.row.Audience == schema.Public):
		default:
			err := b.Slug.Update().Where(slug.ID(h.row.ID)).SetEntryID(e.id).SetAudience(audience).Exec(b.ctx)
			if err != nil {
				return err
			}
		}
	}
	return inBulk(b.ctx, rows, b.Slug.CreateBulk)
}

// storeSlug makes the address lead to the entry, for readers of its audience. Readers who know it from an earlier time
// still do.
func (w *write) storeSlug(e *ent.Entry, address string, audience schema.Audience) error {
	row, err := w.Slug.Query().Where(slug.TypeEQ(e.Type), slug.Slug(address)).Only(w.ctx)
	switch {
	case ent.IsNotFound(err):
		return w.Slug.Create().SetType(e.Type).SetSlug(address).SetEntryID(e.ID).SetAudience(audience).Exec(w.ctx)
	case err != nil:
		return err
	case row.EntryID == e.ID && (row.Audience == audience || row.Audience == schema.Public):
		return nil
	}
	return w.Slug.Update().Where(slug.ID(row.ID)).SetEntryID(e.ID).SetAudience(audience).Exec(w.ctx)
}

// evict gives the live entries whose addresses the batch takes others. Entries that are not live get theirs when they
// are published.
func (b *batch) evict() error {
	evicted := map[string]*ent.Entry{}
	for _, e := range b.entries {
		if e.holder == nil || e.holder.entry == nil || e.holder.row.EntryID == e.id {
			continue
		}
		was := e.holder.entry
		if was.Live && was.Slug != nil && *was.Slug == e.slug {
			evicted[was.ID] = was
		}
	}
	if len(evicted) > 0 && b.lock == together {
		return errAlone
	}
	for _, id := range slices.Sorted(maps.Keys(evicted)) {
		if err := b.giveAnother(evicted[id]); err != nil {
			return fmt.Errorf("give %s another address: %w", id, err)
		}
	}
	return nil
}

// giveAnother gives a live entry a new address, made from its present one.
func (b *batch) giveAnother(e *ent.Entry) error {
	t := &slugTaker{b, map[slugKey]*holder{}, map[slugKey]string{}}
	for _, w := range b.entries {
		t.given[slugKey{w.entry().Type, w.slug}] = w.id
	}
	address := ""
	for n := 2; address == ""; n++ {
		candidate := slugKey{e.Type, *e.Slug + "-" + strconv.Itoa(n)}
		if err := t.read(candidate); err != nil {
			return err
		}
		if h := t.holders[candidate]; t.given[candidate] == "" && (h == nil || h.row.EntryID == e.ID) {
			address = candidate.slug
		}
	}
	published, err := b.revisions(map[string]int{e.ID: *e.Published})
	if err != nil {
		return err
	}
	doc, err := decode(string(e.Type), []byte(published[e.ID].Document))
	if err != nil {
		return err
	}
	if err := b.putLive(e, doc, address, e.OwnerID); err != nil {
		return err
	}
	if err := b.storeSlug(e, address, *e.LiveAudience); err != nil {
		return err
	}
	b.changes = append(b.changes, changes.Entry{
		NodeID: e.ID, Action: schema.Upsert, Revision: *e.Published, Audience: *e.LiveAudience,
	})
	if b.preview {
		return nil
	}
	return b.Entry.UpdateOneID(e.ID).SetSlug(address).Exec(b.ctx)
}
