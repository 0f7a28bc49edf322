package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/fault"
	"dugnad/schema"
)

// Create saves a new entry of the draft's type. If the owner has an entry with its key, nothing is written: with the
// same content the outcome is Unchanged, so that a caller who did not get the answer can ask again; with other content
// there is the problem KEY_TAKEN, beside the entry that has the key. Contributors of the owner only.
func (s *Service) Create(ctx context.Context, d Draft) (saved Saved, problems []Problem, err error) {
	var t ent.Type
	for _, one := range ent.Types {
		if one.Content && one.GQL == string(d.Type) {
			t = one
		}
	}
	d.ID = s.NewID(t.Prefix)
	late := false
	create := func(w *write) error {
		if _, problem := w.maySave(d, nil); problem != nil {
			problems = []Problem{*problem}
			return errProblems
		}
		if saved, problems, err = w.withKey(d, t); err != nil || saved.Entry != nil {
			return err
		}
		b := w.draftBatch([]Draft{d})
		err := b.save()
		problems = nil
		for _, p := range b.problems {
			late = late || p.Code == ProblemKeyTaken
			problems = append(problems, p.of("")) // it has never been there
		}
		if err == nil {
			saved = Saved{Entry: b.entries[0].written, Outcome: Created, Warnings: b.entries[0].warnings()}
		}
		return err
	}
	err = s.write(ctx, unlocked, create)
	// Another call with the key was first: before the row was written, or after withKey had looked.
	if ent.IsConstraintError(err) || late {
		err = s.write(ctx, unlocked, create)
	}
	if errors.Is(err, errProblems) {
		return Saved{}, problems, nil
	}
	if err != nil {
		return Saved{}, nil, err
	}
	s.detach(saved.Entry)
	return saved, problems, nil
}

// withKey returns the entry of the draft's type and owner that has the key in its document, without an entry for none.
// Unless its newest revision is what the draft would make, there is a problem.
func (w *write) withKey(d Draft, t ent.Type) (saved Saved, problems []Problem, err error) {
	var has struct{ Key *string }
	if err := json.Unmarshal(d.Document, &has); err != nil || has.Key == nil {
		return saved, nil, nil // the write path finds what is wrong with the document
	}
	e, err := w.Entry.Query().Where(entry.TypeEQ(d.Type), entry.OwnerID(d.Owner), entry.Key(*has.Key)).Only(w.ctx)
	if err != nil {
		return saved, nil, ent.MaskNotFound(err)
	}
	saved = Saved{Entry: e, Outcome: Unchanged}
	d.ID, d.Whole = e.ID, true
	b := w.draftBatch([]Draft{d})
	b.entries[0].typ = t
	dropNothing := func() error { // a list of no languages to remove says nothing
		if list, ok := b.entries[0].patch[removeLanguages].([]any); ok && len(list) == 0 {
			delete(b.entries[0].patch, removeLanguages)
		}
		return nil
	}
	err = b.run(b.parse, dropNothing, b.readHeads, b.readRedactions, b.merge)
	if err != nil && fault.CodeOf(err) != fault.BadUserInput {
		return saved, nil, err
	}
	if err == nil {
		same, err := sameContent(b.entries[0].text, b.entries[0].head.document)
		if err != nil || same {
			return saved, nil, err
		}
	}
	saved.Outcome = ""
	return saved, []Problem{problemAt(ProblemKeyTaken, fmt.Sprintf(
		"an entry of the organisation has this key, with other content; nothing was saved, update %s instead", e.ID,
	), "key").of(e.ID)}, nil
}

// defaults are the values that a document may leave out.
var defaults = map[string]any{
	"ready": true, "audience": "PUBLIC", "operator": "EXACT", "direction": "UNKNOWN", "online": false, "ongoing": false,
}

// sameContent reports whether two documents say the same: what is empty or a default may be left out.
func sameContent(a, b []byte) (bool, error) {
	var said [2]any
	for i, document := range [][]byte{a, b} {
		o, err := parseObject(document)
		if err != nil {
			return false, err
		}
		said[i] = withoutDefaults(map[string]any(o))
	}
	return reflect.DeepEqual(said[0], said[1]), nil
}

// withoutDefaults returns a value without what is empty or a default, nil if nothing is left.
func withoutDefaults(v any) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = withoutDefaults(v[i])
		}
		if len(list) > 0 {
			return list
		}
		return nil
	case map[string]any:
		left := make(map[string]any, len(v))
		for field, value := range v {
			is, known := defaults[field]
			if value = withoutDefaults(value); value != nil && (!known || value != is) {
				left[field] = value
			}
		}
		if len(left) > 0 {
			return left
		}
		return nil
	}
	return v
}

// Restore makes the document of an earlier revision the newest one, as Save does.
func (s *Service) Restore(
	ctx context.Context, id string, number, expected int, note string,
) (saved []Saved, problems []Problem, err error) {
	return s.again(ctx, id, number, expected, note, ActRestore)
}

// Discard makes the document that was published last the newest one, as Save does.
func (s *Service) Discard(ctx context.Context, id string, expected int) (saved []Saved, problems []Problem, err error) {
	return s.again(ctx, id, 0, expected, "", ActDiscard)
}

func (s *Service) again(
	ctx context.Context, id string, number, expected int, note string, act Act,
) (saved []Saved, problems []Problem, err error) {
	b := &batch{}
	err = s.write(ctx, lockOf(act), func(w *write) error {
		heads, err := w.heads([]string{id})
		if err != nil {
			return err
		}
		e := heads[id].entry
		if _, problem := w.decide(id, e, act); problem != nil {
			b.addProblem(*problem)
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
			b.addProblem(problemAt(ProblemNotFound, "there is no such revision", "revision").of(id))
			return errProblems
		}
		d, warnings, err := w.earlier(id, found[id].Document) // restore.go
		if err != nil {
			return err
		}
		d.Expected, d.Note, d.act = &expected, note, act
		b = w.draftBatch([]Draft{d})
		b.entries[0].notes = warnings
		return b.save()
	})
	return s.saved(b, err)
}

// WriteData writes a piece of reference data of the type, THEME for instance, and returns its id: a new one when id is
// empty. HUB_EDITORs only; places, HUB_ADMINs only.
func (s *Service) WriteData(
	ctx context.Context, gql, id string, document json.RawMessage,
) (written string, outcome Outcome, problems []Problem, err error) {
	v := access.ViewerOf(ctx)
	least := schema.HubEditor
	if gql == "MUNICIPALITY" || gql == "COUNTY" || gql == "DISTRICT" {
		least = schema.HubAdmin
	}
	if !v.IsSystem() && (v.HubRole.Rank() < least.Rank() || !v.Has(access.ScopePublish)) {
		return "", "", []Problem{problemAt(ProblemForbidden, fmt.Sprintf("this needs the role %s", least))}, nil
	}
	outcome = Updated
	for _, t := range ent.Types {
		if t.GQL != gql || t.Content {
			continue
		}
		if id == "" {
			id, outcome = s.NewID(t.Prefix), Created
			break
		}
		there, err := ent.LiveIDs(access.WithViewer(ctx, access.System("content")), s.client, []string{id})
		if err != nil {
			return "", "", nil, err
		}
		if of, _ := ent.TypeOf(id); of.GQL != gql || !there[id] {
			return "", "", []Problem{problemAt(ProblemNotFound, "there is nothing of this type with the id", "id")}, nil
		}
	}
	changed, problems, err := s.PutData(ctx, Data{ID: id, Document: document})
	if err != nil || len(problems) > 0 {
		if ent.IsConstraintError(err) {
			if gql == "CONTACT" {
				return "", "", []Problem{problemAt(ProblemKeyTaken, "another contact has this key", "key")}, nil
			}
			return "", "", []Problem{problemAt(ProblemSlugTaken, "another one has this slug", "slug")}, nil
		}
		if outcome == Created {
			for i := range problems { // it has never been there
				problems[i] = problems[i].of("")
			}
		}
		return "", "", problems, err
	}
	if changed == 0 {
		outcome = Unchanged
	}
	return id, outcome, nil, nil
}
