package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/relation"
	"dugnad/ent/relationdecision"
	"dugnad/fault"
	"dugnad/schema"
)

// A relation that an entry states of another organisation's entry is a claim of its owner's, until the other one's
// editors accept it (docs/decisions/0036-claims.md). Each relation row has its standing, which is derived whenever what
// it depends on changes: the relation, an owner, or a decision.

// relationKey identifies what is decided about: all that an entry states of another with a type.
type relationKey struct {
	from, to string
	of       schema.RelationType
}

// standings returns the standing of each relation that the entries state.
func (w *write) standings(from []linking) (map[relationKey]schema.RelationStanding, error) {
	var targets []string
	for _, f := range from {
		for _, r := range f.links.Relations {
			targets = append(targets, r.To)
		}
	}
	all := make(map[relationKey]schema.RelationStanding, len(targets))
	if len(targets) == 0 {
		return all, nil
	}
	owners, err := w.owners(targets)
	if err != nil {
		return nil, err
	}
	byKey := map[relationKey][]schema.RelationRef{}
	ownerOf := map[string]string{}
	var foreign []string // entries that state something of another organisation's
	for _, f := range from {
		ownerOf[f.id] = f.owner
		for _, r := range f.links.Relations {
			key := relationKey{f.id, r.To, r.Type}
			byKey[key] = append(byKey[key], r)
			if owners[r.To] != f.owner {
				foreign = append(foreign, f.id)
			}
		}
	}
	decided := map[relationKey]*ent.RelationDecision{}
	for chunk := range slices.Chunk(unique(foreign), 500) {
		rows, err := w.RelationDecision.Query().Where(relationdecision.FromIDIn(chunk...)).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("read the decisions about relations: %w", err)
		}
		for _, d := range rows {
			decided[relationKey{d.FromID, d.ToID, d.Type}] = d
		}
	}
	for key, stated := range byKey {
		all[key] = standing(ownerOf[key.from], owners[key.to], decided[key], stated)
	}
	return all, nil
}

// standing returns the standing of what an entry states of another with one type. An acceptance is of the words that
// were there; a refusal holds whatever the words are.
func standing(
	fromOwner, toOwner string, decided *ent.RelationDecision, stated []schema.RelationRef,
) schema.RelationStanding {
	switch {
	case fromOwner == toOwner:
		return schema.StatedByOwner
	case decided == nil, decided.FromOwnerID != fromOwner, decided.ToOwnerID != toOwner:
		return schema.StatedByAnother
	case !decided.Accepted:
		return schema.DeclinedRelation
	case decided.Hash == hashOfRelations(stated):
		return schema.AcceptedRelation
	}
	return schema.StatedByAnother
}

// hashOfRelations returns the SHA-256 of the words of relations between the same entries, in hex.
func hashOfRelations(stated []schema.RelationRef) string {
	type words struct{ Section, Note schema.LocalText }
	all := make([]words, len(stated))
	for i, r := range stated {
		all[i] = words{r.Section, r.Note}
	}
	text, _ := json.Marshal(all) // cannot fail: maps of strings
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// owners returns the owners of entries, by id.
func (w *write) owners(ids []string) (map[string]string, error) {
	owners := make(map[string]string, len(ids))
	for chunk := range slices.Chunk(unique(slices.Clone(ids)), 500) {
		entries, err := w.Entry.Query().Where(entry.IDIn(chunk...)).Select(entry.FieldID, entry.FieldOwnerID).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("read the owners of entries: %w", err)
		}
		for _, e := range entries {
			owners[e.ID] = e.OwnerID
		}
	}
	for _, id := range ids {
		if owner := w.coming[id]; owner != "" && owners[id] == "" {
			owners[id] = owner
		}
	}
	return owners, nil
}

// forgetDecisions ends what was decided about the relations of entries that get another owner, and derives the
// standings of their relations, in both directions.
func (w *write) forgetDecisions(ids []string, owner string) error {
	_, err := w.RelationDecision.Delete().
		Where(relationdecision.Or(relationdecision.FromIDIn(ids...), relationdecision.ToIDIn(ids...))).Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("forget the decisions about relations: %w", err)
	}
	rows, err := w.Relation.Query().Where(relation.Or(relation.FromIDIn(ids...), relation.ToIDIn(ids...))).All(w.ctx)
	if err != nil {
		return fmt.Errorf("read relations: %w", err)
	}
	var ends []string
	for _, r := range rows {
		ends = append(ends, r.FromID, r.ToID)
	}
	owners, err := w.owners(ends)
	if err != nil {
		return err
	}
	for _, id := range ids {
		owners[id] = owner
	}
	by := map[schema.RelationStanding][]int{}
	for _, r := range rows {
		is := standing(owners[r.FromID], owners[r.ToID], nil, nil)
		by[is] = append(by[is], r.ID)
	}
	for is, of := range by {
		if err := w.Relation.Update().Where(relation.IDIn(of...)).SetStanding(is).Exec(w.ctx); err != nil {
			return fmt.Errorf("set the standing of relations: %w", err)
		}
	}
	return nil
}

// DecideRelation accepts or declines what an entry of another organisation states of an entry with a type. Editors of
// the owner of the entry that it is stated of only. An acceptance ends when the other organisation changes its words;
// any decision ends when one of the entries gets another owner. It returns the entry that it is stated of, or the
// problem: NOT_FOUND also when readers see no such relation.
func (s *Service) DecideRelation(
	ctx context.Context, from, to string, of schema.RelationType, accept bool,
) (decided *ent.Entry, problems []Problem, err error) {
	err = s.write(ctx, alone, func(w *write) error {
		heads, err := w.heads([]string{to})
		if err != nil {
			return err
		}
		act := ActDeclineRelation
		if accept {
			act = ActAcceptRelation
		}
		e := heads[to].entry
		if _, problem := w.decide(to, e, act); problem != nil {
			problems = append(problems, *problem)
			return errProblems
		}
		problem, err := w.decideRelation(e, relationKey{from, to, of}, act)
		if problem != nil {
			problems = append(problems, *problem)
			return errProblems
		}
		decided = e
		return err
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	if err == nil {
		s.detach(decided)
	}
	return decided, nil, err
}

// decideRelation stores the decision, as an act on the entry that the relation is stated of.
func (w *write) decideRelation(e *ent.Entry, key relationKey, act Act) (*Problem, error) {
	rows, err := w.Relation.Query().Where(
		relation.FromID(key.from), relation.ToID(key.to), relation.TypeEQ(key.of),
		relation.StandingNEQ(schema.StatedByOwner),
	).Order(relation.BySeq()).All(w.ctx)
	if err != nil {
		return nil, fmt.Errorf("read relations: %w", err)
	}
	stating, err := w.Entry.Query().Where(
		entry.ID(key.from), entry.Live(true),
		entry.LiveAudienceIn(access.Audiences(access.WithViewer(w.ctx, w.viewer))...),
	).Only(w.ctx)
	switch {
	case ent.IsNotFound(err), err == nil && len(rows) == 0:
		problem := problemAt(ProblemNotFound, "no entry of another organisation states this relation", "from").of(key.to)
		return &problem, nil
	case err != nil:
		return nil, err
	}
	w.audit.AddSubjects(e.OwnerID, key.to, key.from)
	is := schema.DeclinedRelation
	if act == ActAcceptRelation {
		is = schema.AcceptedRelation
	}
	if rows[0].Standing == is {
		return nil, nil
	}
	if err := w.putDecision(e, stating, key, rows, act == ActAcceptRelation); err != nil {
		return nil, err
	}
	ids := make([]int, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if err := w.Relation.Update().Where(relation.IDIn(ids...)).SetStanding(is).Exec(w.ctx); err != nil {
		return nil, fmt.Errorf("set the standing of a relation: %w", err)
	}
	if e.Live {
		audience := *e.LiveAudience
		if !isPublic(stating) {
			audience = schema.Members
		}
		w.changes = append(w.changes, changes.Entry{
			NodeID: e.ID, Action: schema.Upsert, Revision: *e.Published, Audience: audience,
		})
	}
	return nil, w.addStep(e, act, string(key.of)+" "+key.from)
}

// putDecision replaces the decision about the relation with one of now.
func (w *write) putDecision(e, stating *ent.Entry, key relationKey, rows []*ent.Relation, accept bool) error {
	stated := make([]schema.RelationRef, len(rows))
	for i, r := range rows {
		stated[i] = schema.RelationRef{Section: r.Sections, Note: r.Notes}
	}
	_, err := w.RelationDecision.Delete().Where(
		relationdecision.FromID(key.from), relationdecision.ToID(key.to), relationdecision.TypeEQ(key.of),
	).Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("replace a decision about a relation: %w", err)
	}
	return w.RelationDecision.Create().SetFromID(key.from).SetToID(key.to).SetType(key.of).
		SetAccepted(accept).SetHash(hashOfRelations(stated)).SetFromOwnerID(stating.OwnerID).SetToOwnerID(e.OwnerID).
		SetDecidedBy(w.actor).SetDecidedAt(w.now).Exec(w.ctx)
}

// AcceptRelations accepts all claims that are open, for content that was edited as one whole: the hub itself only.
func (s *Service) AcceptRelations(ctx context.Context) error {
	if !access.ViewerOf(ctx).IsSystem() {
		return fault.Errorf(fault.Forbidden, "", "only the hub itself accepts all relations")
	}
	rows, err := s.client.Relation.Query().Where(relation.StandingEQ(schema.StatedByAnother)).
		Order(relation.ByFromID(), relation.BySeq()).All(ctx)
	if err != nil {
		return fmt.Errorf("read relations: %w", err)
	}
	for _, r := range rows {
		if _, problems, err := s.DecideRelation(ctx, r.FromID, r.ToID, r.Type, true); err != nil || len(problems) > 0 {
			return errors.Join(err, fmt.Errorf("accept the relation of %s to %s: %v", r.FromID, r.ToID, problems))
		}
	}
	return nil
}
