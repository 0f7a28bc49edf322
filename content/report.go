package content

import (
	"context"
	"slices"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/revision"
	"dugnad/schema"
)

// Report is the state of an entry's head, for its editors.
type Report struct {
	Problems  []Problem // what keeps it from being published, and warnings
	Languages []EntryLanguage
}

// EntryLanguage is the state of an entry's text in one language.
type EntryLanguage struct {
	Language           schema.Language
	Ready              bool
	TranslatedFrom     *schema.Language
	TranslatedRevision *int
	Stale              bool // the text that it was translated from has changed since
}

// Reports returns the reports on the heads of the entries, by id, with a constant number of statements.
func (s *Service) Reports(ctx context.Context, entries []*ent.Entry) (map[string]Report, error) {
	w := &write{
		Client: s.client, ctx: access.WithViewer(ctx, access.System("content")), now: s.Now(),
		viewer: access.ViewerOf(ctx),
	}
	items := make([]Item, len(entries))
	for i, e := range entries {
		items[i] = Item{ID: e.ID, Revision: e.Head}
	}
	b := w.actBatch(ActRead, ActOptions{}, items)
	if err := b.readHeads(); err != nil {
		return nil, err
	}
	b.entries = slices.DeleteFunc(b.entries, func(e *entryWrite) bool { return e.entry() == nil }) // deleted meanwhile
	if err := b.preparePublish(); err != nil {
		return nil, err
	}
	originals, err := b.originals(b.entries)
	if err != nil {
		return nil, err
	}
	reports := make(map[string]Report, len(b.entries))
	for _, e := range b.entries {
		r := Report{Languages: []EntryLanguage{}}
		for _, problem := range b.problems {
			if problem.Entry == e.id {
				r.Problems = append(r.Problems, problem)
			}
		}
		texts := e.doc.Shared().Texts
		stale := staleLanguages(texts, func(n int) []schema.ContentText { return originals[original{e.id, n}] })
		for _, t := range texts {
			r.Languages = append(r.Languages, EntryLanguage{
				Language: t.Language, Ready: t.Ready == nil || *t.Ready, Stale: slices.Contains(stale, t.Language),
				TranslatedFrom: t.TranslatedFrom, TranslatedRevision: t.TranslatedRevision,
			})
		}
		reports[e.id] = r
	}
	return reports, nil
}

// original identifies a revision that a translation was made from.
type original struct {
	entry  string
	number int
}

// originals reads the texts of the revisions that translations in the entries' documents were made from, with one
// statement.
func (w *write) originals(entries []*entryWrite) (map[original][]schema.ContentText, error) {
	found := make(map[original][]schema.ContentText)
	var ids []string
	var numbers []int
	for _, e := range entries {
		texts := e.doc.Shared().Texts
		for _, t := range texts {
			switch {
			case t.TranslatedRevision == nil:
			case *t.TranslatedRevision >= e.revision:
				found[original{e.id, *t.TranslatedRevision}] = texts
			default:
				ids, numbers = append(ids, e.id), append(numbers, *t.TranslatedRevision)
			}
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := w.Revision.Query().Where(revision.EntryIDIn(unique(ids)...), revision.NumberIn(numbers...)).All(w.ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if found[original{r.EntryID, r.Number}], err = textsIn([]byte(r.Document)); err != nil {
			return nil, err
		}
	}
	return found, nil
}
