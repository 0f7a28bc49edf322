package content

import (
	"errors"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
)

// decideSaves checks that the viewer may save each draft, based on the revision that the writer saw. It stops at the
// first draft that may not be saved.
func (b *batch) decideSaves() error {
	for _, e := range b.entries {
		if e.entry() == nil && e.draft.Type == "" {
			b.addProblem(problemAt(ProblemNotFound, noEntry).of(e.id))
			return nil
		}
		var ok bool
		if e.typ, ok = ent.TypeOf(e.id); !ok || !e.typ.Content || e.entry() == nil && string(e.draft.Type) != e.typ.GQL {
			return fault.Errorf(fault.BadUserInput, "id", "%q is not an id of the type", e.id)
		}
		stage, problem := b.maySave(e.draft, e.entry())
		if problem != nil {
			b.addProblem(*problem)
			return nil
		}
		e.stage = stage
		if seen := e.draft.Expected; seen != nil && e.head.number() != *seen {
			conflict, err := b.conflict(e.head, *seen, e.patch)
			if err != nil {
				return err
			}
			return conflict
		}
	}
	return nil
}

// maySave returns the stage that saving a draft of the entry leads to, or why the viewer may not. Of a new entry, e is
// nil, and the role in the draft's owner counts.
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
		if problem.Code == ProblemNotFound {
			problem.Message = noOrganization
		}
	}
	return stage, problem
}

// decideAct checks that the viewer may perform the act on each entry, at the revision that the viewer saw.
func (b *batch) decideAct() error {
	for _, e := range b.entries {
		stage, problem := b.decide(e.id, e.entry(), b.act)
		switch {
		case problem != nil:
			b.addProblem(*problem)
		case e.head.number() != e.item.Revision:
			conflict, err := b.conflict(e.head, e.item.Revision, nil)
			if err != nil {
				return err
			}
			b.conflicts = append(b.conflicts, conflict)
		}
		e.stage = stage
	}
	return nil
}

// decide is Decide for the viewer of the write, with the error as a problem of the entry.
func (w *write) decide(id string, e *ent.Entry, act Act) (schema.Stage, *Problem) {
	stage, err := Decide(w.viewer, e, act)
	if err == nil {
		return stage, nil
	}
	problem := problemAt(ProblemNotFound, err.Error()).of(id)
	var refused *fault.Error
	if errors.As(err, &refused) {
		problem.Code, problem.Message = problemCodes[refused.Code], refused.Message
		if refused.Field == "stage" {
			problem.Code = ProblemStage
		}
	}
	return "", &problem
}

// Decide returns the stage that an act of the viewer leads the entry to; e is nil where there is no entry. The error
// says why the viewer may not: NOT_FOUND, FORBIDDEN, or BAD_USER_INPUT with the field "stage".
func Decide(v access.Viewer, e *ent.Entry, act Act) (schema.Stage, error) {
	if e == nil {
		return decide(state{}, act, "")
	}
	role := v.RoleIn(e.OwnerID)
	if !v.Has(access.ScopeDrafts) {
		role = "" // such a key sees what readers see
	}
	// After the role: to whom the entry is not there, its scopes must not tell otherwise.
	if scope := scopeOf(act); role.Rank() >= rules[act].least.Rank() && !v.Has(scope) {
		return "", fault.Errorf(fault.Forbidden, "", "%s needs the scope %s", act, scope)
	}
	return decide(state{e.Stage, e.Live, e.FirstPublishedAt != nil}, act, role)
}

// Acts returns what the viewer may do with the entry now.
func Acts(v access.Viewer, e *ent.Entry) []Act {
	acts := []Act{}
	for _, act := range Act("").Values() {
		if _, err := Decide(v, e, Act(act)); err == nil {
			acts = append(acts, Act(act))
		}
	}
	return acts
}

// scopeOf returns the scope that a key needs for an act, besides reading and writing drafts.
func scopeOf(act Act) access.KeyScope {
	if rules[act].least.Rank() > schema.Contributor.Rank() {
		return access.ScopePublish
	}
	return access.ScopeDrafts
}
