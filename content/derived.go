package content

import (
	"context"
	"fmt"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/step"
	"dugnad/schema"
	"dugnad/text"
)

// FillEntries writes what entries hold of their heads for lists and filters where it is not there yet, and the beginning of their
// history: of entries that were made before those were kept.
func (s *Service) FillEntries(ctx context.Context) error {
	for after := ""; ; {
		n := 0
		err := s.write(access.WithViewer(ctx, access.System("migration")), false, func(w *write) error {
			entries, err := w.Entry.Query().Where(entry.FoldedWords(""), entry.TitleNEQ(""), entry.IDGT(after)).Order(entry.ByID()).Limit(200).All(w.ctx)
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
				after = e.ID // of some there are no words: they stay empty
			}
			n = len(entries)
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// fill leaves the live row as it is: one that was published before versions were counted is the first.
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
			err = w.Step.Create().SetEntryID(e.ID).SetRevision(*e.Published).SetAct(string(ActPublish)).SetStage(schema.Published).SetActor(w.actor).
				SetAt(*e.FirstPublishedAt).Exec(w.ctx)
		}
		if err != nil {
			return err
		}
	}
	return w.Entry.UpdateOne(e).SetSortTitle(text.SortKey(string(schema.NB), e.Title)).
		SetFoldedWords(foldedWords(doc.Shared())).SetHeadLanguages(languageList(doc.Shared().Texts)).Exec(w.ctx)
}
