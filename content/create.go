package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/schema"
)

// Create saves a new entry of the draft's type. With the key of one that the owner has, it answers that one and changes nothing, so that
// a caller who did not get the answer can ask again.
func (s *Service) Create(ctx context.Context, d Draft) (saved Saved, problems []Problem, err error) {
	var t ent.Type
	for _, one := range ent.Types {
		if one.Content && one.GQL == string(d.Type) {
			t = one
		}
	}
	d.ID = s.NewID(t.Prefix)
	err = s.write(ctx, false, func(w *write) error {
		if _, problem := w.maySave(d, nil); problem != nil {
			problems = []Problem{*problem}
			return errProblems
		}
		if e, err := w.withKey(d); err != nil || e != nil {
			saved.Entry = e
			return err
		}
		all, found, err := w.saveAll(s, []Draft{d})
		if len(found) > 0 {
			for i := range found {
				found[i].Entry = "" // it has never been there
			}
			problems = found
			return errProblems
		}
		if err == nil {
			saved = all[0]
		}
		return err
	})
	if ent.IsConstraintError(err) { // another call with the key was first
		var taken *ent.Entry
		err = s.write(ctx, false, func(w *write) (err error) {
			if taken, err = w.withKey(d); err == nil && taken == nil {
				err = errors.New("the entry could not be written, and no other has its key")
			}
			return err
		})
		saved.Entry = taken
	}
	if errors.Is(err, errProblems) {
		return Saved{}, problems, nil
	}
	if err != nil {
		return Saved{}, nil, err
	}
	unwrap(saved.Entry)
	return saved, nil, nil
}

// withKey is the entry of the draft's type and owner that has the key in its document, nil for none.
func (w *write) withKey(d Draft) (*ent.Entry, error) {
	var has struct{ Key *string }
	if err := json.Unmarshal(d.Document, &has); err != nil || has.Key == nil {
		return nil, nil // what is wrong with the document is told by the checks
	}
	e, err := w.Entry.Query().Where(entry.TypeEQ(d.Type), entry.OwnerID(d.Owner), entry.Key(*has.Key)).Only(w.ctx)
	return e, ent.MaskNotFound(err)
}

// Restore makes the document of an earlier revision the newest one.
func (s *Service) Restore(ctx context.Context, id string, number, expected int, note string) (saved []Saved, problems []Problem, err error) {
	return s.again(ctx, id, number, expected, note, ActRestore)
}

// Discard makes the document that was published last the newest one.
func (s *Service) Discard(ctx context.Context, id string, expected int) (saved []Saved, problems []Problem, err error) {
	return s.again(ctx, id, 0, expected, "", ActDiscard)
}

func (s *Service) again(ctx context.Context, id string, number, expected int, note string, act Act) (saved []Saved, problems []Problem, err error) {
	err = s.write(ctx, act == ActDiscard, func(w *write) error {
		heads, err := w.heads([]string{id})
		if err != nil {
			return err
		}
		e := heads[id].entry
		if _, problem := w.decide(id, e, act); problem != nil {
			problems = []Problem{*problem}
			return errProblems
		}
		if act == ActDiscard {
			number = *e.Published
		}
		found, err := w.revisions(map[string]int{id: number})
		if err != nil {
			return err
		}
		if found[id] == nil {
			problems = []Problem{{Code: "NOT_FOUND", Severity: SeverityError, Path: []string{"revision"}, Message: "there is no such revision", Entry: id}}
			return errProblems
		}
		saved, problems, err = w.saveAll(s, []Draft{{
			ID: id, Document: json.RawMessage(found[id].Document), Whole: true, Expected: &expected, Note: note, act: act,
		}})
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
	unwrap(saved[0].Entry)
	return saved, nil, nil
}

// WriteData writes a piece of reference data of the type, THEME for instance: a new one when id is empty. It takes a HUB_EDITOR; the
// places, a HUB_ADMIN.
func (s *Service) WriteData(ctx context.Context, gql, id string, document json.RawMessage) (written string, problems []Problem, err error) {
	v := access.ViewerOf(ctx)
	least := schema.HubEditor
	if gql == "MUNICIPALITY" || gql == "COUNTY" || gql == "DISTRICT" {
		least = schema.HubAdmin
	}
	if !v.IsSystem() && (v.HubRole.Rank() < least.Rank() || !v.Has(access.ScopePublish)) {
		return "", []Problem{{Code: string(Forbidden), Severity: SeverityError, Path: []string{}, Message: fmt.Sprintf("this needs the role %s", least)}}, nil
	}
	for _, t := range ent.Types {
		if t.GQL != gql || t.Content {
			continue
		}
		if id == "" {
			id = s.NewID(t.Prefix)
			break
		}
		there, err := ent.LiveIDs(access.WithViewer(ctx, access.System("content")), s.client, []string{id})
		if err != nil {
			return "", nil, err
		}
		if of, _ := ent.TypeOf(id); of.GQL != gql || !there[id] {
			return "", []Problem{{Code: "NOT_FOUND", Severity: SeverityError, Path: []string{"id"}, Message: "there is nothing of this type with the id"}}, nil
		}
	}
	if _, problems, err = s.PutData(ctx, Data{ID: id, Document: document}); err != nil || len(problems) > 0 {
		if ent.IsConstraintError(err) {
			return "", []Problem{{Code: "SLUG_TAKEN", Severity: SeverityError, Path: []string{"slug"}, Message: "another one has this name"}}, nil
		}
		return "", problems, err
	}
	return id, nil, nil
}
