package content

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/step"
	"dugnad/schema"
	"dugnad/text"
)

// derive updates the rows of the entries: the head's number, and the columns for lists and filters. It also writes the
// step of an act that has one.
func (b *batch) derive() error {
	var changed []*entryWrite
	for _, e := range b.entries {
		if e.changed {
			changed = append(changed, e)
		}
	}
	originals, err := b.originals(changed)
	if err != nil {
		return err
	}
	var created []*entryWrite
	var rows []*ent.EntryCreate
	for _, e := range changed {
		stale := staleLanguages(e.doc.Shared().Texts,
			func(n int) []schema.ContentText { return originals[original{e.id, n}] })
		if e.entry() == nil {
			created, rows = append(created, e), append(rows, b.newEntry(e, len(stale) > 0))
			continue
		}
		if e.written, err = b.updateEntry(e, len(stale) > 0); err == nil && e.draft.act != "" {
			err = b.addStep(e.written, e.draft.act, e.draft.Note)
		}
		if err != nil {
			return fmt.Errorf("save %s: %w", e.id, err)
		}
	}
	for len(rows) > 0 {
		n := min(500, len(rows))
		written, err := b.Entry.CreateBulk(rows[:n]...).Save(b.ctx)
		if err != nil {
			return fmt.Errorf("create entries: %w", err)
		}
		for i, e := range created[:n] {
			e.written = written[i]
		}
		created, rows = created[n:], rows[n:]
	}
	return nil
}

func (w *write) newEntry(e *entryWrite, stale bool) *ent.EntryCreate {
	shared := e.doc.Shared()
	title := titleOf(shared.Texts)
	return w.Entry.Create().SetID(e.id).SetType(e.draft.Type).SetOwnerID(e.draft.Owner).SetNillableKey(shared.Key).
		SetTitle(title).SetSortTitle(sortTitle(title)).SetFoldedWords(foldedWords(shared)).
		SetHeadLanguages(languageList(shared.Texts)).SetStale(stale).
		SetHead(e.revision).SetCreatedBy(w.actor).SetCreatedAt(w.now).SetUpdatedAt(w.now)
}

func (w *write) updateEntry(e *entryWrite, stale bool) (*ent.Entry, error) {
	shared := e.doc.Shared()
	title := titleOf(shared.Texts)
	u := w.Entry.UpdateOne(e.entry()).SetTitle(title).SetSortTitle(sortTitle(title)).SetFoldedWords(foldedWords(shared)).
		SetHeadLanguages(languageList(shared.Texts)).SetStale(stale).SetHead(e.revision).SetStage(e.stage).SetUpdatedAt(w.now)
	if shared.Key == nil {
		u.ClearKey()
	} else {
		u.SetKey(*shared.Key)
	}
	if e.draft.act == ActDiscard {
		u.SetPublished(e.revision) // the document is the published one's
	}
	return u.Apply(w.ctx, e.entry())
}

// sortTitle returns the collation key of a title, for lists of entries.
func sortTitle(title string) string { return text.SortKey(string(schema.NB), title) }

// maxFolded limits the words of an entry by which drafts can be searched, in bytes. Reports have about ten thousand
// words.
const maxFolded = 64 << 10

// foldedWords returns the words of a document's texts, its key and its slug, each once, so that " word" finds those
// that begin with it.
func foldedWords(doc *ent.Shared) string {
	seen := make(map[string]bool)
	var b strings.Builder
	add := func(s string) {
		for w := range strings.FieldsSeq(text.Fold(s)) {
			if !seen[w] && b.Len()+len(w) < maxFolded {
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

// titleOf returns the title that lists of entries show.
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

// FillEntries fills the columns derived from heads, the first step of the history, and the references of bodies, for
// entries that were created before these were stored. A migration that wants them filled again clears the words.
func (s *Service) FillEntries(ctx context.Context) error {
	for after := ""; ; {
		n := 0
		err := s.write(access.WithViewer(ctx, access.System("migration")), unlocked, func(w *write) error {
			entries, err := w.Entry.Query().Where(entry.FoldedWords(""), entry.TitleNEQ(""), entry.IDGT(after)).
				Order(entry.ByID()).Limit(200).All(w.ctx)
			if err != nil {
				return err
			}
			ids := make([]string, len(entries))
			for i, e := range entries {
				ids[i] = e.ID
			}
			heads, err := w.heads(ids)
			if err != nil {
				return err
			}
			for _, e := range entries {
				if err := w.fill(e, heads[e.ID]); err != nil {
					return fmt.Errorf("fill entry %s: %w", e.ID, err)
				}
				after = e.ID // some have no words: theirs stay empty
			}
			n = len(entries)
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// fill leaves the live row as it is: what was published before versions were counted is version 1.
func (w *write) fill(e *ent.Entry, h head) error {
	doc, err := decode(string(e.Type), h.document)
	if err != nil {
		return fmt.Errorf("revision %d: %w", e.Head, err)
	}
	if e.FirstPublishedAt != nil { // its history begins here
		has, err := w.Step.Query().Where(step.EntryID(e.ID), step.Act(string(ActPublish))).Exist(w.ctx)
		if err != nil {
			return err
		}
		if !has {
			err = w.Step.Create().SetEntryID(e.ID).SetRevision(*e.Published).SetAct(string(ActPublish)).
				SetStage(schema.Published).SetActor(w.actor).
				SetAt(*e.FirstPublishedAt).Exec(w.ctx)
		}
		if err != nil {
			return err
		}
	}
	if err := w.fillReferences(e, doc); err != nil {
		return err
	}
	return w.Entry.UpdateOne(e).SetSortTitle(sortTitle(e.Title)).
		SetFoldedWords(foldedWords(doc.Shared())).SetHeadLanguages(languageList(doc.Shared().Texts)).Exec(w.ctx)
}

// fillReferences writes the references of an entry again, with those files that its owner may show.
func (w *write) fillReferences(e *ent.Entry, doc ent.Document) error {
	of := *w
	of.viewer = access.Viewer{Kind: access.Key, Roles: map[string]schema.Role{e.OwnerID: schema.Contributor}}
	if err := of.setReferences(schema.OfHead, pointer{id: e.ID, owner: e.OwnerID, doc: doc}); err != nil || !e.Live {
		return err
	}
	published, err := w.revisions(map[string]int{e.ID: *e.Published})
	if err != nil {
		return err
	}
	if doc, err = decode(string(e.Type), []byte(published[e.ID].Document)); err != nil {
		return fmt.Errorf("revision %d: %w", *e.Published, err)
	}
	return of.setReferences(schema.OfPublished, pointer{id: e.ID, owner: e.OwnerID, doc: doc})
}
