package content

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/comment"
	"dugnad/ent/entry"
	"dugnad/ent/redaction"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/ent/revision"
	"dugnad/ent/slug"
	"dugnad/ent/step"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

// The bounds of a redaction. A shorter text would match too much.
const (
	minRedacted  = 4 // letters and digits
	maxRedacted  = 20
	maxRedactIDs = 100
)

// Redact removes a text from every revision, comment, note and reason, and from the live rows, of the entries and
// reference data with the ids, or of all if ids is empty. If the text is saved or imported later, it is removed again.
// Redact returns a redaction for each object that had the text; a dry run does the same and is rolled back. HUB_ADMINs
// only.
func (s *Service) Redact(
	ctx context.Context, sought string, ids []string, reason string, dryRun bool,
) (done []*ent.Redaction, problems []Problem, err error) {
	v := access.ViewerOf(ctx)
	if v.HubRole != schema.HubAdmin || v.Kind != access.Member && v.Kind != access.Key {
		return nil, []Problem{problemAt(ProblemForbidden, "this needs the role HUB_ADMIN")}, nil
	}
	var refused *fault.Error
	if errors.As(v.MayAct("redact", "", s.Now()), &refused) {
		p, _ := ProblemOf(refused)
		return nil, []Problem{p}, nil
	}
	c := &cutter{key: s.Key}
	c.found, _ = c.wordsIn(words(sought))
	if problems = checkRedaction(c, ids, reason); len(problems) > 0 {
		return nil, problems, nil
	}
	err = s.write(ctx, alone, func(w *write) (err error) {
		if done, err = w.redactAll(c, ids, reason); err == nil && dryRun {
			err = errDryRun
		}
		return err
	})
	switch {
	case errors.Is(err, errDryRun):
		return done, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return done, nil, s.forget(ctx)
}

func (w *write) redactAll(c *cutter, among []string, reason string) ([]*ent.Redaction, error) {
	ids, err := w.holding(c, among)
	if err != nil {
		return nil, err
	}
	if len(among) == 0 {
		if err := w.redactReleases(c); err != nil {
			return nil, err
		}
	}
	sought := erased{digest: digestOf(w.key, c.found), words: len(c.found)}
	for _, id := range ids {
		if err := w.redact(id, c, sought, reason); err != nil {
			return nil, fmt.Errorf("redact %s: %w", id, err)
		}
	}
	var done []*ent.Redaction
	for chunk := range slices.Chunk(ids, 500) {
		some, err := w.Redaction.Query().Where(redaction.EntryIDIn(chunk...), redaction.Digest(sought.digest)).
			Order(redaction.ByEntryID()).All(w.ctx)
		if err != nil {
			return nil, err
		}
		done = append(done, some...)
	}
	return done, nil
}

func checkRedaction(c *cutter, ids []string, reason string) (problems []Problem) {
	addProblem := func(code ProblemCode, field, message string) {
		problems = append(problems, problemAt(code, message, field))
	}
	switch n := utf8.RuneCountInString(strings.Join(c.found, "")); {
	case n < minRedacted:
		addProblem(ProblemInvalid, "text", fmt.Sprintf("has fewer than %d letters and digits", minRedacted))
	case len(c.found) > maxRedacted:
		addProblem(ProblemInvalid, "text", fmt.Sprintf("has more than %d words", maxRedacted))
	case c.holds(reason):
		addProblem(ProblemInvalid, "reason", "must not contain the text")
	}
	switch {
	case text.IsBlank(reason):
		addProblem(ProblemRequired, "reason", "say why")
	case utf8.RuneCountInString(reason) > maxText:
		addProblem(ProblemInvalid, "reason", fmt.Sprintf("has more than %d characters", maxText))
	}
	if len(ids) > maxRedactIDs {
		addProblem(ProblemInvalid, "entries", fmt.Sprintf("has %d; at most %d", len(ids), maxRedactIDs))
	}
	return problems
}

// forget makes SQLite drop overwritten data, which its log keeps until a checkpoint. Data that PostgreSQL keeps until
// it vacuums, and backups, are left to the operator.
func (s *Service) forget(ctx context.Context) error {
	if s.client.Dialect() != dialect.SQLite {
		return nil
	}
	_, err := s.client.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// rowsAtOnce is the number of rows per query when all are searched: a document may have 2 MB.
const rowsAtOnce = 50

// eachRow calls each with the rows that fetch returns, in their order; each returns the position after the row.
func eachRow[R any, K string | int](fetch func(after K) ([]R, error), each func(R) (K, error)) error {
	var after K
	for {
		rows, err := fetch(after)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if after, err = each(r); err != nil {
				return err
			}
		}
		if len(rows) < rowsAtOnce {
			return nil
		}
	}
}

// holding returns the ids of objects that contain the text, in order: among the given ids, or among all if there are
// none.
func (w *write) holding(c *cutter, among []string) ([]string, error) {
	found := make(map[string]bool)
	look := func(id string, texts ...string) {
		found[id] = found[id] || slices.ContainsFunc(texts, c.holds)
	}
	err := eachRow(func(after string) ([]*ent.Revision, error) {
		q := w.Revision.Query().Where(revision.IDGT(after)).Order(revision.ByID()).Limit(rowsAtOnce)
		if len(among) > 0 {
			q.Where(revision.EntryIDIn(among...))
		}
		return q.All(w.ctx)
	}, func(r *ent.Revision) (after string, err error) {
		if look(r.EntryID, value(r.Note)); !found[r.EntryID] {
			found[r.EntryID], err = c.holdsDocument(r)
		}
		return r.ID, err
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(func(after string) ([]*ent.Comment, error) {
		q := w.Comment.Query().Where(comment.IDGT(after)).Order(comment.ByID()).Limit(rowsAtOnce)
		if len(among) > 0 {
			q.Where(comment.EntryIDIn(among...))
		}
		return q.All(w.ctx)
	}, func(r *ent.Comment) (after string, err error) {
		look(r.EntryID, r.Text)
		return r.ID, nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(func(after int) ([]*ent.Step, error) {
		q := w.Step.Query().Where(step.IDGT(after)).Order(step.ByID()).Limit(rowsAtOnce)
		if len(among) > 0 {
			q.Where(step.EntryIDIn(among...))
		}
		return q.All(w.ctx)
	}, func(r *ent.Step) (after int, err error) {
		look(r.EntryID, value(r.Reason))
		for _, a := range r.Acknowledged {
			look(r.EntryID, a.Reason)
		}
		return r.ID, nil
	})
	if err != nil {
		return nil, err
	}
	q := w.Entry.Query().Where(entry.WithdrawReasonNotNil())
	if len(among) > 0 {
		q.Where(entry.IDIn(among...))
	}
	entries, err := q.All(w.ctx)
	for _, e := range entries {
		look(e.ID, *e.WithdrawReason)
	}
	maps.DeleteFunc(found, func(_ string, has bool) bool { return !has })
	return slices.Sorted(maps.Keys(found)), err
}

func (c *cutter) holdsDocument(r *ent.Revision) (bool, error) {
	before := c.places
	defer func() { c.places = before }()
	t, _ := ent.TypeOf(r.EntryID)
	if _, err := c.document(t.GQL, r.EntryID, []byte(r.Document)); err != nil {
		return false, fmt.Errorf("revision %d of %s: %w", r.Number, r.EntryID, err)
	}
	return c.places > before, nil
}

// redact removes the text from one entry or piece of reference data and its history, and stores the redaction.
func (w *write) redact(id string, c *cutter, sought erased, reason string) error {
	before := c.places
	w.audit.AddSubjects("", id)
	heads, err := w.heads([]string{id}) // and hold the entry until the end of the transaction
	if err != nil {
		return err
	}
	changed, err := w.redactRevisions(id, c)
	if err != nil {
		return err
	}
	if err := w.redactRemarks(id, c); err != nil {
		return err
	}
	if e := heads[id].entry; e != nil {
		err = w.redactEntry(e, c, changed)
	} else if len(changed) > 0 {
		err = w.redactData(id)
	}
	if err != nil {
		return err
	}
	has, err := w.Redaction.Query().Where(redaction.EntryID(id), redaction.Digest(sought.digest)).Exist(w.ctx)
	if err != nil || has {
		return err
	}
	return w.Redaction.Create().SetID(w.newID("red")).SetEntryID(id).SetDigest(sought.digest).SetWords(sought.words).
		SetReason(reason).
		SetActor(w.actor).SetAt(w.now).SetRevisions(len(changed)).SetPlaces(c.places - before).Exec(w.ctx)
}

// redactRevisions rewrites the revisions that have the text, and returns their numbers.
func (w *write) redactRevisions(id string, c *cutter) (changed []int, err error) {
	t, ok := ent.TypeOf(id)
	if !ok {
		return nil, fmt.Errorf("%q is not an id", id)
	}
	err = eachRow(func(after int) ([]*ent.Revision, error) {
		return w.Revision.Query().Where(revision.EntryID(id), revision.NumberGT(after)).Order(revision.ByNumber()).
			Limit(rowsAtOnce).All(w.ctx)
	}, func(r *ent.Revision) (after int, err error) {
		before := c.places
		document, err := c.document(t.GQL, id, []byte(r.Document))
		if err != nil {
			return 0, fmt.Errorf("revision %d: %w", r.Number, err)
		}
		note := c.cut(value(r.Note), gapIn(""))
		if c.places == before {
			return r.Number, nil
		}
		changed = append(changed, r.Number)
		return r.Number, w.Revision.UpdateOne(r).Modify(func(u *sql.UpdateBuilder) {
			u.Set(revision.FieldDocument, string(document)).Set(revision.FieldHash, hashOf(document))
			if r.Note != nil {
				u.Set(revision.FieldNote, note)
			}
		}).Exec(w.ctx)
	})
	return changed, err
}

// redactRemarks removes the text from comments, reasons and acknowledgements.
func (w *write) redactRemarks(id string, c *cutter) error {
	comments, err := w.Comment.Query().Where(comment.EntryID(id)).All(w.ctx)
	if err != nil {
		return err
	}
	for _, r := range comments {
		if cut := c.cut(r.Text, gapIn("")); cut != r.Text {
			if err := w.Comment.UpdateOne(r).Modify(func(u *sql.UpdateBuilder) { u.Set(comment.FieldText, cut) }).
				Exec(w.ctx); err != nil {
				return err
			}
		}
	}
	steps, err := w.Step.Query().Where(step.EntryID(id)).All(w.ctx)
	if err != nil {
		return err
	}
	for _, r := range steps {
		before := c.places
		reason, acknowledged := c.cut(value(r.Reason), gapIn("")), c.reasons(r.Acknowledged)
		if c.places == before {
			continue
		}
		err := w.Step.UpdateOne(r).Modify(func(u *sql.UpdateBuilder) {
			if r.Reason != nil {
				u.Set(step.FieldReason, reason)
			}
			u.Set(step.FieldAcknowledged, acknowledged)
		}).Exec(w.ctx)
		if err != nil {
			return err
		}
	}
	items, err := w.ReleaseItem.Query().Where(releaseitem.EntryID(id)).All(w.ctx)
	for _, r := range items {
		before := c.places
		if reasons := c.reasons(r.Acknowledged); err == nil && c.places > before {
			err = w.ReleaseItem.UpdateOne(r).SetAcknowledged(reasons).Exec(w.ctx)
		}
	}
	return err
}

func (c *cutter) reasons(of []schema.Acknowledged) []schema.Acknowledged {
	of = slices.Clone(of)
	for i := range of {
		of[i].Reason = c.cut(of[i].Reason, gapIn(""))
	}
	return of
}

func (w *write) redactReleases(c *cutter) error {
	releases, err := w.Release.Query().Order(release.ByID()).All(w.ctx)
	for _, r := range releases {
		if cut := c.cut(r.Name, gapIn("")); err == nil && cut != r.Name {
			err = w.Release.UpdateOne(r).SetName(cut).Exec(w.ctx)
		}
	}
	return err
}

// redactEntry rewrites the columns of an entry's row that are derived from its documents, and its live row. A slug with
// the text is deleted; the entry gets a new one, from its title.
func (w *write) redactEntry(e *ent.Entry, c *cutter, changed []int) error {
	fresh, err := w.heads([]string{e.ID})
	if err != nil {
		return err
	}
	h := fresh[e.ID]
	document, err := decode(string(e.Type), h.document)
	if err != nil {
		return fmt.Errorf("revision %d: %w", e.Head, err)
	}
	title := titleOf(document.Shared().Texts)
	u := w.Entry.UpdateOneID(e.ID).SetTitle(title).SetSortTitle(sortTitle(title)).
		SetFoldedWords(foldedWords(document.Shared()))
	if e.Key != nil && c.holds(*e.Key) {
		u.ClearKey()
	}
	if e.WithdrawReason != nil {
		u.SetWithdrawReason(c.cut(*e.WithdrawReason, gapIn("")))
	}
	one := &entryWrite{id: e.ID, head: h, doc: document}
	if e.Live {
		if one.doc, err = h.live(); err != nil {
			return err
		}
	}
	if err := w.fillReferences(h.entry, document); err != nil { // a link may be cut
		return err
	}
	moved, err := w.dropSlugs(one, c)
	if err != nil {
		return err
	}
	if moved {
		u.SetSlug(one.slug)
	}
	if err := u.Exec(w.ctx); err != nil {
		return err
	}
	if !e.Live || !moved && !slices.Contains(changed, *e.Published) {
		return nil
	}
	address := value(e.Slug)
	if moved {
		address = one.slug
	}
	if err := w.putLive(h.entry, one.doc, address, e.OwnerID); err != nil {
		return err
	}
	if err := w.putLinks(linking{id: e.ID, owner: e.OwnerID, links: one.doc.Shared()}); err != nil {
		return err
	}
	w.changes = append(w.changes, changes.Entry{
		NodeID: e.ID, Action: schema.Redacted, Revision: *e.Published,
		Audience: *e.LiveAudience,
	})
	referring, err := w.referring([]string{e.ID}) // they show its title
	if err != nil {
		return err
	}
	w.touch(referring, map[string]bool{e.ID: isPublic(e)})
	return nil
}

// putLive writes the live row of an entry from its published document.
func (w *write) putLive(e *ent.Entry, published ent.Document, address, owner string) error {
	versions, err := w.versions([]string{e.ID})
	if err != nil {
		return err
	}
	if err := w.fileSizes(published); err != nil {
		return err
	}
	return ent.PutRows(w.ctx, w.Client, []ent.Row{{ID: e.ID, Document: published, Managed: map[string]any{
		"slug": address, "owner_id": owner, "published_at": *e.FirstPublishedAt, "updated_at": w.now,
		"revision": *e.Published,
		"version":  versions[e.ID],
	}}})
}

// dropSlugs deletes the entry's slugs that have the text in them. moved reports whether it has another slug now.
func (w *write) dropSlugs(one *entryWrite, c *cutter) (moved bool, err error) {
	e := one.entry()
	rows, err := w.Slug.Query().Where(slug.EntryID(e.ID)).All(w.ctx)
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		if c.holds(r.Slug) {
			c.places++
			if err := w.Slug.DeleteOne(r).Exec(w.ctx); err != nil {
				return false, err
			}
		}
	}
	if e.Slug == nil || !c.holds(*e.Slug) {
		return false, nil
	}
	without := *e
	without.Slug = nil
	one.head.entry = &without
	b := &batch{write: w, entries: []*entryWrite{one}}
	if err := b.takeSlugs(); err != nil {
		return false, err
	}
	if err := b.evict(); err != nil {
		return false, err
	}
	return true, w.storeSlug(e, one.slug, audienceOf(one.doc.Shared()))
}

// redactData rewrites the row of reference data from its newest revision.
func (w *write) redactData(id string) error {
	last, err := w.lastRevisions([]Data{{ID: id}})
	if err != nil {
		return err
	}
	t, _ := ent.TypeOf(id)
	read, err := decode(t.GQL, []byte(last[id].Document))
	if err != nil {
		return fmt.Errorf("revision %d: %w", last[id].Number, err)
	}
	doc, ok := read.(ent.ReferenceDocument)
	if !ok {
		return fmt.Errorf("%s is not reference data", id)
	}
	if err := doc.PutRow(w.ctx, w.Client, id, derived(doc, nil)); err != nil {
		return err
	}
	w.changes = append(w.changes, changes.Entry{
		NodeID: id, Action: schema.Redacted, Revision: last[id].Number,
		Audience: schema.Public,
	})
	if err := w.connectData(map[string]ent.ReferenceDocument{id: doc}); err != nil {
		return err
	}
	return w.appendDependents(affected{id: true}, nil) // a slug may be another
}

// readRedactions loads the redactions of the entries.
func (b *batch) readRedactions() error {
	redacted, err := b.redactedFrom(b.ids())
	for _, e := range b.entries {
		e.redacted = redacted[e.id]
	}
	return err
}

// redactedFrom returns a cutter for each of the ids from which texts were taken out.
func (w *write) redactedFrom(ids []string) (map[string]*cutter, error) {
	from := make(map[string]*cutter)
	for chunk := range slices.Chunk(ids, 500) {
		rows, err := w.Redaction.Query().Where(redaction.EntryIDIn(chunk...)).All(w.ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if from[r.EntryID] == nil {
				from[r.EntryID] = &cutter{key: w.key}
			}
			from[r.EntryID].texts = append(from[r.EntryID].texts, erased{r.Digest, r.Words})
		}
	}
	return from, nil
}

// An Erasure is a redaction in an export, so that the text does not come back with an older export or backup.
type Erasure struct {
	Entry  string `json:"entry"`
	Digest string `json:"digest"` // of its words, keyed with the hub's secret key
	Words  int    `json:"words"`
	Reason string `json:"reason"`
}

// Erasures returns every redaction. It checks no rights.
func (s *Service) Erasures(ctx context.Context) ([]Erasure, error) {
	rows, err := s.client.Redaction.Query().Order(redaction.ByID()).All(access.WithViewer(ctx, access.System("export")))
	all := make([]Erasure, len(rows))
	for i, r := range rows {
		all[i] = Erasure{r.EntryID, r.Digest, r.Words, r.Reason}
	}
	return all, err
}

// Erase applies redactions of an export: it removes the texts from what has them, and returns how many redactions are
// new here. It checks no rights.
func (s *Service) Erase(ctx context.Context, erasures []Erasure) (done int, err error) {
	err = s.write(ctx, alone, func(w *write) error {
		for _, e := range erasures {
			sought := erased{e.Digest, e.Words}
			if _, ok := ent.TypeOf(e.Entry); !ok || len(e.Digest) != 2*sha256.Size || e.Words < 1 || e.Words > maxRedacted {
				return fault.Errorf(fault.BadUserInput, "redactions", "%q is not a redaction of this version", e.Entry)
			}
			has, err := w.Redaction.Query().Where(redaction.EntryID(e.Entry), redaction.Digest(e.Digest)).Exist(w.ctx)
			if err != nil {
				return err
			}
			if has {
				continue
			}
			done++
			if err := w.redact(e.Entry, &cutter{key: w.key, texts: []erased{sought}}, sought, e.Reason); err != nil {
				return fmt.Errorf("redact %s: %w", e.Entry, err)
			}
		}
		return nil
	})
	if err != nil || done == 0 {
		return 0, err
	}
	return done, s.forget(ctx)
}
