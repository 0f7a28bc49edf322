package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/entry"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/schema"
	"dugnad/text"
)

// Draft is what is to be saved of one entry.
type Draft struct {
	ID       string             // of the entry; a new one with this id is made when there is none
	Type     schema.ContentType // of a new entry
	Owner    string             // organisation of a new entry
	Document json.RawMessage    // a patch: absent = unchanged, null = cleared
	Whole    bool               // the document replaces the one before
	Expected *int               // the head revision that the writer saw; nil when none was seen
	Note     string
	Autosave bool // it was saved by itself: it replaces an autosave of the same author that is not old
	act      Act  // ActSave when empty
}

// Saved is what came of saving one draft.
type Saved struct {
	Entry    *ent.Entry
	Moved    bool      // whether there is a new revision; a save that changes nothing makes none
	Warnings []Problem // REDACTED, for a text that was not kept
}

// autosaveTime is how long autosaves of one author replace each other.
const autosaveTime = 10 * time.Minute

// Save keeps the drafts, all or none: each becomes a revision of its entry. Readers see nothing of it. Problems are what no document
// may hold, and what the viewer may not write; with any of them nothing is saved. A revision that the writer has not seen is a
// ConflictError.
func (s *Service) Save(ctx context.Context, drafts ...Draft) (saved []Saved, problems []Problem, err error) {
	err = s.write(ctx, false, func(w *write) (err error) {
		saved, problems, err = w.saveAll(s, drafts)
		if err == nil && len(problems) > 0 {
			return errProblems
		}
		return err
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for _, one := range saved {
		unwrap(one.Entry)
	}
	return saved, nil, nil
}

// unwrap takes an entry out of the transaction that has ended, so that its edges can be asked for.
func unwrap(e *ent.Entry) {
	defer func() { _ = recover() }() // of one that was read outside, ent panics
	e.Unwrap()
}

func (w *write) saveAll(s *Service, drafts []Draft) (saved []Saved, problems []Problem, err error) {
	ids := make([]string, len(drafts))
	for i, d := range drafts {
		ids[i] = d.ID
	}
	heads, err := w.heads(ids)
	if err != nil {
		return nil, nil, err
	}
	erased, err := w.erasedFrom(s, ids)
	if err != nil {
		return nil, nil, err
	}
	docs, texts, stages := make([]ent.Document, len(drafts)), make([][]byte, len(drafts)), make([]schema.Stage, len(drafts))
	for i, d := range drafts {
		h := heads[d.ID]
		if h.entry == nil && d.Type == "" {
			return nil, []Problem{{Code: string(NotFound), Severity: SeverityError, Path: []string{}, Message: noEntry, Entry: d.ID}}, nil
		}
		t, ok := ent.TypeOf(d.ID)
		if !ok || !t.Content || h.entry == nil && string(d.Type) != t.GQL {
			return nil, nil, &Error{Code: BadInput, Field: "id", Message: fmt.Sprintf("%q is not an id of the type", d.ID)}
		}
		var problem *Problem
		if stages[i], problem = w.maySave(d, h.entry); problem != nil {
			return nil, []Problem{*problem}, nil
		}
		if d.Expected != nil && h.number() != *d.Expected {
			conflict, err := w.conflict(h, *d.Expected, d.Document)
			if err != nil {
				return nil, nil, err
			}
			return nil, nil, conflict
		}
		old := h.document
		if d.Whole {
			old = nil
		}
		if texts[i], err = merge(old, d.Document); err != nil {
			return nil, nil, err
		}
		if c := erased[d.ID]; c != nil {
			if texts[i], err = c.document(t.GQL, d.ID, texts[i]); err != nil {
				return nil, nil, err
			}
		}
		if docs[i], err = decode(t.GQL, texts[i]); err != nil {
			return nil, nil, err
		}
		if texts[i], err = translations(h.document, texts[i], h.number()+1); err != nil {
			return nil, nil, err
		}
		if docs[i], err = decode(t.GQL, texts[i]); err != nil {
			return nil, nil, err
		}
		problems = append(problems, check(d.ID, t.GQL, docs[i])...)
	}
	found, err := w.missing(docs, ids)
	if err != nil {
		return nil, nil, err
	}
	problems = append(problems, found...)
	if found, err = w.foreign(drafts, heads, docs); err != nil {
		return nil, nil, err
	}
	if problems = append(problems, found...); len(problems) > 0 {
		return nil, problems, nil
	}
	for i, d := range drafts {
		one, err := w.save(s, d, heads[d.ID], docs[i], texts[i], stages[i])
		if err != nil {
			return nil, nil, fmt.Errorf("save %s: %w", d.ID, err)
		}
		if c := erased[d.ID]; c != nil && c.places > 0 {
			one.Warnings = []Problem{{
				Code: "REDACTED", Severity: SeverityWarning, Path: []string{}, Entry: d.ID,
				Message: fmt.Sprintf("a text that has been taken out for good was not kept, in %d places", c.places),
			}}
		}
		saved = append(saved, one)
	}
	return saved, nil, nil
}

// maySave tells what stage a save leads to: of a new entry as well, for which the role in its owner counts.
func (w *write) maySave(d Draft, e *ent.Entry) (schema.Stage, *Problem) {
	act := d.act
	if act == "" {
		act = ActSave
	}
	if e != nil {
		return w.decide(d.ID, e, act)
	}
	stage, problem := w.decide(d.ID, &ent.Entry{OwnerID: d.Owner, Stage: schema.Editing}, act)
	if problem != nil {
		problem.Entry, problem.Path = "", []string{"organization"}
		if problem.Code == string(NotFound) {
			problem.Message = "there is no such organisation"
		}
	}
	return stage, problem
}

// errProblems rolls a transaction back because of problems that are given to the writer as data.
var errProblems = &Error{Code: BadInput, Message: "there are problems"}

// head is an entry with its newest revision.
type head struct {
	entry    *ent.Entry
	document []byte
	hash     string
}

func (h head) number() int {
	if h.entry == nil {
		return 0
	}
	return h.entry.Head
}

// heads reads the entries that there are of the ids, with two statements. In a transaction it holds them until its end: of two writers of
// one entry the second sees what the first has written, and not the same head. SQLite has one writer anyway.
func (w *write) heads(ids []string) (map[string]head, error) {
	heads := make(map[string]head, len(ids))
	for chunk := range slices.Chunk(slices.Sorted(slices.Values(ids)), 500) { // in one order for all, so that two do not wait for each other
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

// revisions reads one revision each of the entries.
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

// missing reports what the documents point at that is not there: neither stored nor among the ids that are being saved.
func (w *write) missing(docs []ent.Document, saving []string) ([]Problem, error) {
	known := make(map[string]bool)
	for _, id := range saving {
		known[id] = true
	}
	var data, entries, files []string
	for _, d := range docs {
		for _, r := range d.References() {
			t, ok := ent.TypeOf(r.ID)
			switch {
			case !ok || known[r.ID]:
			case t.Content:
				entries = append(entries, r.ID)
			case t.Name == ent.TypeAsset:
				files = append(files, r.ID)
			default:
				data = append(data, r.ID)
			}
		}
	}
	if err := w.addKnown(known, unique(entries), saving); err != nil {
		return nil, err
	}
	if err := w.addFiles(known, unique(files)); err != nil {
		return nil, err
	}
	there, err := ent.LiveIDs(w.ctx, w.Client, unique(data))
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for i, d := range docs {
		for _, r := range d.References() {
			if !known[r.ID] && !there[r.ID] {
				problems = append(problems, Problem{
					Code: "NOT_FOUND", Severity: SeverityError, Path: []string{r.Field}, Message: "nothing has the id " + r.ID, Entry: saving[i],
				})
			}
		}
	}
	return problems, nil
}

// addKnown adds those of the entries that the writer may point at: what the writer may read, as a reader or as an editor, and what the head
// points at already, which may have been withdrawn since. Of all others the writer must not learn that they are there.
func (w *write) addKnown(known map[string]bool, entries, saving []string) error {
	for chunk := range slices.Chunk(entries, 500) {
		q := w.Entry.Query().Where(entry.IDIn(chunk...))
		if organizations, all := w.viewer.Organizations(); !all {
			seen := entry.And(entry.Live(true), entry.LiveAudienceIn(access.Audiences(access.WithViewer(w.ctx, w.viewer))...))
			q.Where(entry.Or(seen, entry.OwnerIDIn(organizations...)))
		}
		ids, err := q.IDs(w.ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true
		}
	}
	if _, all := w.viewer.Organizations(); all {
		return nil
	}
	for chunk := range slices.Chunk(saving, 500) {
		ids, err := w.Reference.Query().Where(reference.FromIDIn(chunk...), reference.StateEQ(schema.OfHead)).Select(reference.FieldToID).Strings(w.ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true
		}
	}
	return nil
}

// addFiles adds those of the files that the writer may point at: those of its organisations, and of nobody's those that it sees. Whoever could point at
// another's file could show it to everybody.
func (w *write) addFiles(known map[string]bool, files []string) error {
	organizations, all := w.viewer.Organizations()
	for chunk := range slices.Chunk(files, 500) {
		q := w.Asset.Query().Where(asset.IDIn(chunk...))
		ctx := w.ctx
		if !all {
			q.Where(asset.Or(asset.OwnerIDIsNil(), asset.OwnerIDIn(organizations...)))
			ctx = access.WithViewer(ctx, w.viewer)
		}
		ids, err := q.IDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			known[id] = true
		}
	}
	return nil
}

// foreign reports owners that are not there, and keys that another entry of the owner has.
func (w *write) foreign(drafts []Draft, heads map[string]head, docs []ent.Document) (problems []Problem, err error) {
	var owners, keys []string
	owner := make([]string, len(drafts))
	for i, d := range drafts {
		if owner[i] = d.Owner; heads[d.ID].entry != nil {
			owner[i] = heads[d.ID].entry.OwnerID
		}
		owners = append(owners, owner[i])
		if key := docs[i].Shared().Key; key != nil {
			keys = append(keys, *key)
		}
	}
	there, err := ent.LiveIDs(w.ctx, w.Client, unique(owners))
	if err != nil {
		return nil, err
	}
	type named struct {
		t          schema.ContentType
		owner, key string
	}
	has := make(map[named]string)
	for chunk := range slices.Chunk(unique(keys), 500) {
		entries, err := w.Entry.Query().Where(entry.KeyIn(chunk...)).All(w.ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			has[named{e.Type, e.OwnerID, *e.Key}] = e.ID
		}
	}
	for i, d := range drafts {
		tell := func(code, field, message string) {
			problems = append(problems, Problem{Code: code, Severity: SeverityError, Path: []string{field}, Message: message, Entry: d.ID})
		}
		if t, _ := ent.TypeOf(owner[i]); t.Name != "Organization" || !there[owner[i]] {
			tell("NOT_FOUND", "owner", "there is no such organisation")
		}
		if key := docs[i].Shared().Key; key != nil {
			t, _ := ent.TypeOf(d.ID)
			name := named{schema.ContentType(t.GQL), owner[i], *key}
			if other := has[name]; other != "" && other != d.ID {
				tell("KEY_TAKEN", "key", "another entry of the organisation has this key")
			}
			has[name] = d.ID
		}
	}
	return problems, nil
}

// keyTaken tells whether another entry of the owner has the key.
func (w *write) keyTaken(t schema.ContentType, owner, key, but string) (bool, error) {
	return w.Entry.Query().Where(entry.TypeEQ(t), entry.OwnerID(owner), entry.Key(key), entry.IDNEQ(but)).Exist(w.ctx)
}

func unique(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (w *write) save(s *Service, d Draft, h head, doc ent.Document, document []byte, stage schema.Stage) (Saved, error) {
	hash, owner := hashOf(document), d.Owner
	if h.entry != nil {
		owner = h.entry.OwnerID
	}
	access.About(w.ctx, owner, d.ID)
	if h.entry != nil && h.hash == hash && d.act == "" {
		return Saved{Entry: h.entry}, nil
	}
	number := h.number() + 1
	if d.Autosave && h.entry != nil {
		if err := w.replaceAutosave(h.entry, doc); err != nil {
			return Saved{}, err
		}
	}
	if err := w.revise(s.NewID("rev"), d.ID, number, document, hash, d); err != nil {
		return Saved{}, err
	}
	if err := w.refer(d.ID, doc, schema.OfHead); err != nil {
		return Saved{}, err
	}
	shared := doc.Shared()
	then, err := w.originals([]Item{{ID: d.ID, Revision: number}}, map[string]ent.Document{d.ID: doc})
	if err != nil {
		return Saved{}, err
	}
	stale := staleLanguages(shared.Texts, func(n int) []schema.ContentText { return then[original{d.ID, n}] })
	title := titleOf(shared.Texts)
	sort := text.SortKey(string(schema.NB), title)
	if h.entry == nil {
		e, err := w.Entry.Create().SetID(d.ID).SetType(d.Type).SetOwnerID(d.Owner).SetNillableKey(shared.Key).SetTitle(title).SetSortTitle(sort).
			SetFoldedWords(foldedWords(shared)).SetHeadLanguages(languageList(shared.Texts)).SetStale(len(stale) > 0).
			SetHead(number).SetCreatedBy(w.actor).SetCreatedAt(w.now).SetUpdatedAt(w.now).Save(w.ctx)
		return Saved{Entry: e, Moved: true}, err
	}
	u := w.Entry.UpdateOne(h.entry).SetFoldedWords(foldedWords(shared)).SetHeadLanguages(languageList(shared.Texts)).SetStale(len(stale) > 0)
	if shared.Key == nil {
		u.ClearKey()
	} else {
		u.SetKey(*shared.Key)
	}
	if d.act == ActDiscard {
		u.SetPublished(number) // the document is the published one's
	}
	e, err := u.SetHead(number).SetTitle(title).SetSortTitle(sort).SetStage(stage).SetUpdatedAt(w.now).Save(w.ctx)
	if err == nil && d.act != "" {
		err = w.step(e, d.act, d.Note, nil)
	}
	return Saved{Entry: e, Moved: true}, err
}

// replaceAutosave deletes the head revision where it is an autosave of the same author that is not old, and nothing rests on it: it was
// not submitted, published or scheduled, and no translation was made from it.
func (w *write) replaceAutosave(e *ent.Entry, next ent.Document) error {
	for _, t := range next.Shared().Texts {
		if t.TranslatedRevision != nil && *t.TranslatedRevision == e.Head {
			return nil
		}
	}
	if e.Stage != schema.Editing || e.Published != nil && *e.Published == e.Head || e.PublishRevision != nil && *e.PublishRevision == e.Head {
		return nil
	}
	_, err := w.Revision.Delete().Where(revision.EntryID(e.ID), revision.Number(e.Head), revision.Author(w.actor), revision.Autosave(true),
		revision.CreatedAtGT(w.now.Add(-autosaveTime))).Exec(w.ctx)
	return err
}

// revise appends a revision.
func (w *write) revise(id, of string, number int, document []byte, hash string, d Draft) error {
	r := w.Revision.Create().SetID(id).SetEntryID(of).SetNumber(number).SetDocument(string(document)).SetHash(hash).
		SetAuthor(w.actor).SetCreatedAt(w.now).SetAutosave(d.Autosave)
	if d.Note != "" && d.act == "" {
		r.SetNote(d.Note)
	}
	return r.Exec(w.ctx)
}

// refer rewrites what a revision of the entry points at.
func (w *write) refer(id string, doc ent.Document, state schema.ReferenceState) error {
	if _, err := w.Reference.Delete().Where(reference.FromID(id), reference.StateEQ(state)).Exec(w.ctx); err != nil {
		return err
	}
	refs := doc.References()
	rows := make([]*ent.ReferenceCreate, len(refs))
	for i, r := range refs {
		rows[i] = w.Reference.Create().SetFromID(id).SetToID(r.ID).SetField(r.Field).SetState(state)
	}
	return inBulk(w.ctx, rows, w.Reference.CreateBulk)
}

// mostFolded is the size in bytes of the words of an entry that can be searched for among drafts. Reports have some ten thousand.
const mostFolded = 64 << 10

// foldedWords are the words of a document's texts, its key and its address, each once, so that " word" finds those that begin with it.
func foldedWords(doc *ent.Shared) string {
	seen := make(map[string]bool)
	var b strings.Builder
	add := func(s string) {
		for w := range strings.FieldsSeq(text.Fold(s)) {
			if !seen[w] && b.Len()+len(w) < mostFolded {
				seen[w] = true
				b.WriteString(" " + w)
			}
		}
	}
	for _, t := range doc.Texts {
		add(t.Title) // titles first: they are never cut
	}
	for _, t := range doc.Texts {
		v := reflect.ValueOf(t)
		for i := range v.NumField() {
			switch value := v.Field(i).Interface().(type) {
			case string:
				add(value)
			case []string:
				for _, s := range value {
					add(s)
				}
			}
		}
	}
	add(value(doc.Key))
	add(value(doc.Slug))
	return b.String()
}

// titleOf is the title that lists of entries show.
func titleOf(texts []schema.ContentText) string {
	has := make([]schema.Language, 0, len(texts))
	for _, t := range texts {
		if t.Title != "" {
			has = append(has, t.Language)
		}
	}
	language, _ := text.Choose(text.Chain[schema.Language](nil), has)
	for _, t := range texts {
		if t.Language == language {
			return t.Title
		}
	}
	return ""
}
