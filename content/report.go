package content

import (
	"context"
	"slices"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/revision"
	"dugnad/schema"
)

// Report is what there is to say of an entry's head, for its editors.
type Report struct {
	Problems  []Problem // what keeps it from being published, and what is to be looked at before
	Languages []EntryLanguage
}

// EntryLanguage is how an entry's text in one language is.
type EntryLanguage struct {
	Language           schema.Language
	Ready              bool
	TranslatedFrom     *schema.Language
	TranslatedRevision *int
	Stale              bool // the text that it was translated from has changed since
}

// Reports looks at the heads of the entries, by id, with a constant number of statements.
func (s *Service) Reports(ctx context.Context, entries []*ent.Entry) (map[string]Report, error) {
	w := &write{Client: s.client, ctx: access.WithViewer(ctx, access.System("content")), now: s.Now(), viewer: access.ViewerOf(ctx)}
	items := make([]Item, len(entries))
	for i, e := range entries {
		items[i] = Item{ID: e.ID, Revision: e.Head}
	}
	heads, err := w.heads(idsOf(items))
	if err != nil {
		return nil, err
	}
	items = slices.DeleteFunc(items, func(i Item) bool { return heads[i.ID].entry == nil }) // deleted meanwhile
	p, err := w.prepare(items, heads)
	if err != nil {
		return nil, err
	}
	then, err := w.originals(items, p.docs)
	if err != nil {
		return nil, err
	}
	reports := make(map[string]Report, len(items))
	for _, item := range items {
		r := Report{Languages: []EntryLanguage{}}
		for _, problem := range p.problems {
			if problem.Entry == item.ID {
				r.Problems = append(r.Problems, problem)
			}
		}
		texts := p.docs[item.ID].Shared().Texts
		stale := staleLanguages(texts, func(n int) []schema.ContentText { return then[original{item.ID, n}] })
		for _, t := range texts {
			r.Languages = append(r.Languages, EntryLanguage{
				Language: t.Language, Ready: t.Ready == nil || *t.Ready, TranslatedFrom: t.TranslatedFrom, TranslatedRevision: t.TranslatedRevision,
				Stale: slices.Contains(stale, t.Language),
			})
		}
		reports[item.ID] = r
	}
	return reports, nil
}

// original names a revision that a translation was made from.
type original struct {
	entry  string
	number int
}

// originals reads the texts of the revisions that translations in the documents were made from.
func (w *write) originals(items []Item, docs map[string]ent.Document) (map[original][]schema.ContentText, error) {
	found := make(map[original][]schema.ContentText)
	var ids []string
	var numbers []int
	for _, item := range items {
		texts := docs[item.ID].Shared().Texts
		for _, t := range texts {
			switch {
			case t.TranslatedRevision == nil:
			case *t.TranslatedRevision >= item.Revision:
				found[original{item.ID, *t.TranslatedRevision}] = texts
			default:
				ids, numbers = append(ids, item.ID), append(numbers, *t.TranslatedRevision)
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
