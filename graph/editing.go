package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/revision"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/view"
	"dugnad/schema"
)

// SignedIn returns the error of a mutation, or of a query for editors, if the caller is not signed in, and nil
// otherwise.
func SignedIn(ctx context.Context) error {
	switch v := access.ViewerOf(ctx); {
	case v.IsAnonymous():
		return gqlcode.Error(fault.Unauthenticated, "this is for those who are signed in")
	case v.Preview != nil:
		return gqlcode.Error(fault.Forbidden, "a preview is for reading")
	}
	return nil
}

// problemsOf returns the errors that the caller can correct as problems, and all others unchanged: those of a database
// that does not answer too.
func problemsOf(err error) ([]*content.Problem, error) {
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Code != fault.Unavailable {
		if p, ok := content.ProblemOf(refused); ok {
			return []*content.Problem{&p}, nil
		}
	}
	return nil, err
}

// do performs an act on entries and returns the payload of the mutation.
func (r *Resolver) do(
	ctx context.Context, act content.Act, with content.ActOptions, items []*content.Item,
) (*model.PublishPayload, error) {
	o, err := r.Content.Do(ctx, act, with, itemsOf(items)...)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.PublishPayload{Entries: []*ent.Entry{}, Problems: problems, Conflicts: []*model.Conflict{}}, err
	}
	ids := make([]string, len(o.Entries))
	for i, e := range o.Entries {
		ids[i] = e.ID
	}
	now, err := entriesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, e := range o.Entries {
		if found := now[e.ID]; found != nil { // together, so that what belongs to them is loaded for all at once
			o.Entries[i] = found
		}
	}
	conflicts, told, err := conflictsOf(o.Conflicts)
	return &model.PublishPayload{
		Entries: orEmpty(o.Entries), Outcome: outcomeOf(o.Outcome),
		Problems: append(pointers(append(o.Problems, o.Ended...)), told...), Conflicts: conflicts,
	}, err
}

// outcomeOf returns the outcome of a write, nil where nothing was done.
func outcomeOf(o content.Outcome) *content.Outcome {
	if o == "" {
		return nil
	}
	return &o
}

// save saves a draft and returns the payload of the mutation.
func (r *Resolver) save(ctx context.Context, draft content.Draft) (*model.SavePayload, error) {
	saved, problems, err := r.Content.Save(ctx, draft)
	return savePayload(saved, problems, err)
}

func savePayload(saved []content.Saved, problems []content.Problem, err error) (*model.SavePayload, error) {
	var conflict *content.ConflictError
	switch {
	case errors.As(err, &conflict):
		c, err := conflictOf(conflict)
		told := conflict.Problem()
		return &model.SavePayload{Problems: []*content.Problem{&told}, Conflict: c}, err
	case err != nil:
		problems, err := problemsOf(err)
		return &model.SavePayload{Problems: problems}, err
	case len(saved) == 0:
		return &model.SavePayload{Problems: pointers(problems)}, nil
	}
	return &model.SavePayload{
		Entry: saved[0].Entry, Outcome: outcomeOf(saved[0].Outcome), Problems: pointers(append(problems, saved[0].Warnings...)),
	}, nil
}

// create creates an entry of a content type. organization may be nil for callers who have a role in one organisation
// only.
func (r *Resolver) create(
	ctx context.Context, t string, input map[string]any, organization *string,
) (*model.SavePayload, error) {
	document, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	draft := content.Draft{Type: schema.ContentType(t), Document: document}
	if organization != nil {
		draft.Owner = *organization
	} else if organizations, _ := access.ViewerOf(ctx).Organizations(); len(organizations) == 1 {
		draft.Owner = organizations[0]
	} else {
		return &model.SavePayload{Problems: []*content.Problem{{
			Code: content.ProblemRequired, Severity: content.SeverityError, Path: []string{"organization"}, Message: "say which organisation answers for it",
		}}}, nil
	}
	saved, problems, err := r.Content.Create(ctx, draft)
	return savePayload([]content.Saved{saved}, problems, err)
}

func (r *Resolver) update(
	ctx context.Context, t, id string, input map[string]any, expected int, note *string, autosave bool,
) (*model.SavePayload, error) {
	if of, ok := ent.TypeOf(id); !ok || of.GQL != t {
		return &model.SavePayload{Problems: []*content.Problem{noEntry(id)}}, nil
	}
	document, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	draft := content.Draft{ID: id, Document: document, Expected: &expected, Autosave: autosave}
	if note != nil {
		draft.Note = *note
	}
	return r.save(ctx, draft)
}

func noEntry(id string) *content.Problem {
	return &content.Problem{
		Code: content.ProblemNotFound, Severity: content.SeverityError, Path: []string{}, Message: "there is no such entry",
		Entry: id,
	}
}

// putData writes reference data. An empty id creates it.
func (r *Resolver) putData(ctx context.Context, t, id string, input map[string]any) (*model.DataPayload, error) {
	document, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	written, outcome, problems, err := r.Content.WriteData(ctx, t, id, document)
	switch {
	case err != nil:
		problems, err := problemsOf(err)
		return &model.DataPayload{Problems: problems}, err
	case len(problems) > 0:
		return &model.DataPayload{Problems: pointers(problems)}, nil
	}
	found, err := ent.FromContext(ctx).Load(ctx, []string{written}, nil)
	return &model.DataPayload{
		Node: found[written], Outcome: outcomeOf(outcome), Problems: []*content.Problem{},
	}, err
}

// conflictsOf returns the conflicts of an act, and each as a problem.
func conflictsOf(found []*content.ConflictError) ([]*model.Conflict, []*content.Problem, error) {
	conflicts, problems := make([]*model.Conflict, len(found)), make([]*content.Problem, len(found))
	for i, c := range found {
		var err error
		if conflicts[i], err = conflictOf(c); err != nil {
			return nil, nil, err
		}
		told := c.Problem()
		problems[i] = &told
	}
	return conflicts, problems, nil
}

func conflictOf(c *content.ConflictError) (*model.Conflict, error) {
	mine, err := documentOf(c.Type, c.Mine)
	if err != nil {
		return nil, err
	}
	fields, err := c.Fields()
	if err != nil {
		return nil, err
	}
	changes, err := c.Changes()
	if err != nil {
		return nil, err
	}
	return &model.Conflict{
		Entry: c.Entry, Base: c.Base, Mine: mine, Theirs: c.Theirs, Fields: orEmpty(fields), Changes: pointers(changes),
	}, nil
}

// documentOf decodes a stored document of a content type, PRACTICE for instance, into its GraphQL type.
func documentOf(t string, document []byte) (view.Document, error) {
	d, texts, err := newDocument(t)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(document, d); err != nil {
		return nil, fmt.Errorf("read a document of type %s: %w", t, err)
	}
	var ready struct {
		Texts []struct{ Ready *bool }
	}
	if err := json.Unmarshal(document, &ready); err != nil {
		return nil, err
	}
	for i, text := range *texts { // absent is true
		text.Ready = ready.Texts[i].Ready == nil || *ready.Texts[i].Ready
	}
	return d, nil
}

func (r *Resolver) comment(ctx context.Context, id, text string) (*model.CommentPayload, error) {
	c, problems, err := r.Content.Comment(ctx, id, text)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.CommentPayload{Problems: problems}, err
	}
	return &model.CommentPayload{Comment: c, Problems: pointers(problems)}, nil
}

// diff returns the differences between two revisions of an entry. It returns nil when the viewer is not an editor of
// it, or when a revision does not exist.
func diff(ctx context.Context, id string, from int, to *int) ([]*content.FieldChange, error) {
	entries, err := entriesByID(ctx, []string{id})
	if err != nil || entries[id] == nil {
		return nil, err
	}
	last := entries[id].Head
	if to != nil {
		last = *to
	}
	rows, err := ent.FromContext(ctx).Revision.Query().Where(revision.EntryID(id), revision.NumberIn(from, last)).All(ctx)
	if err != nil {
		return nil, err
	}
	texts := make(map[int][]byte, 2)
	for _, r := range rows {
		texts[r.Number] = []byte(r.Document)
	}
	if texts[from] == nil || texts[last] == nil {
		return nil, nil
	}
	changes, err := content.Diff(texts[from], texts[last])
	return pointers(changes), err
}

func actOf(act string) *content.Act {
	if act == "" {
		return nil
	}
	a := content.Act(act)
	return &a
}

// entryOrders returns the orders of a list of entries: the last changed first by default.
func entryOrders(orders []*ent.EntryOrder) []*ent.EntryOrder {
	if len(orders) == 0 {
		return []*ent.EntryOrder{{Field: ent.EntryOrderFieldUpdatedAt, Direction: "DESC"}}
	}
	return orders
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
