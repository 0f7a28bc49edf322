package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/comment"
	"dugnad/ent/entry"
	"dugnad/ent/membership"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/ent/step"
	"dugnad/schema"
)

// Item is an entry to do something with, the head revision that the editor saw, and the warnings that the editor takes on.
type Item struct {
	ID          string
	Revision    int
	Acknowledge []Acknowledgement
	first       *time.Time // when it was first published, in the hub that it comes from
}

func idsOf(items []Item) []string {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	return ids
}

// With is what an act needs besides its entries.
type With struct {
	At           *time.Time // of the schedules
	Reason       string     // for the history
	Comment      string     // for the other side; needed to request changes
	Organization string     // of a transfer: the new owner
	Account      string     // of an assignment; "" for nobody
	checkOnly    bool       // nothing is done: only what keeps the act from it is found
	due          bool       // the act is that of a schedule: entries whose time is not set any more are left out
}

// Outcome is what came of an act on several entries. With problems of severity ERROR, warnings that were not acknowledged, or conflicts,
// nothing was done and there are no entries.
type Outcome struct {
	Entries   []*ent.Entry
	Problems  []Problem
	Conflicts []*ConflictError
}

// most is how many entries one act may be about.
const most = 1000

// Do does an act on the entries, all or none. What the viewer has no part in is a NOT_FOUND like what is not there, too weak a role a
// FORBIDDEN, what is not possible where the entry is a STAGE problem.
func (s *Service) Do(ctx context.Context, act Act, with With, items ...Item) (Outcome, error) {
	var o Outcome
	err := s.write(ctx, publishes(act), func(w *write) (err error) {
		o, err = w.do(s, act, with, items)
		if err == nil && len(o.Problems)+len(o.Conflicts) > 0 {
			return errProblems
		}
		return err
	})
	if errors.Is(err, errProblems) {
		return Outcome{Problems: o.Problems, Conflicts: o.Conflicts}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	for _, e := range o.Entries {
		unwrap(e)
	}
	return o, nil
}

// publishes tells whether an act changes what readers see, or when, and so takes the publish lock.
func publishes(act Act) bool {
	return slices.Contains([]Act{ActPublish, ActSchedulePublish, ActWithdraw, ActScheduleWithdraw, ActUnschedule, ActTransfer, ActArchive}, act)
}

func (w *write) do(s *Service, act Act, with With, items []Item) (o Outcome, err error) {
	if o.Problems = w.checkCall(act, with, items); len(o.Problems) > 0 {
		return o, nil
	}
	heads, err := w.heads(idsOf(items))
	if err != nil {
		return o, err
	}
	if with.due {
		items = slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return !w.isDue(heads[i.ID].entry, act) })
	}
	for _, item := range items {
		if e := heads[item.ID].entry; e != nil {
			access.About(w.ctx, e.OwnerID, e.ID)
		}
	}
	stages := make(map[string]schema.Stage, len(items))
	for _, item := range items {
		h := heads[item.ID]
		stage, problem := w.decide(item.ID, h.entry, act)
		switch {
		case problem != nil:
			o.Problems = append(o.Problems, *problem)
		case h.number() != item.Revision:
			conflict, err := w.conflict(h, item.Revision, nil)
			if err != nil {
				return o, err
			}
			o.Conflicts = append(o.Conflicts, conflict)
		}
		stages[item.ID] = stage
	}
	if len(o.Problems)+len(o.Conflicts) > 0 {
		return o, nil
	}
	if o.Problems, err = w.perform(act, with, items, heads); err != nil || len(o.Problems) > 0 {
		return o, err
	}
	for _, item := range items {
		if act == ActDelete || with.checkOnly {
			continue
		}
		e, err := w.record(s, act, with, item, heads[item.ID].entry, stages[item.ID])
		if err != nil {
			return o, fmt.Errorf("%s %s: %w", act, item.ID, err)
		}
		o.Entries = append(o.Entries, e)
	}
	return o, nil
}

// checkCall finds what is wrong with the call itself.
func (w *write) checkCall(act Act, with With, items []Item) (problems []Problem) {
	tell := func(code, message string, path ...string) {
		problems = append(problems, Problem{Code: code, Severity: SeverityError, Path: path, Message: message})
	}
	ids := unique(idsOf(items))
	switch {
	case len(items) == 0:
		tell("INVALID", "names no entry", "items")
	case len(items) > most && !w.viewer.IsSystem(): // an import may be larger
		tell("INVALID", fmt.Sprintf("names %d entries; at most %d", len(items), most), "items")
	case len(ids) < len(items):
		tell("INVALID", "names an entry twice", "items")
	}
	for name, s := range map[string]string{"comment": with.Comment, "reason": with.Reason} {
		if utf8.RuneCountInString(s) > maxText {
			tell("INVALID", fmt.Sprintf("has more than %d characters", maxText), name)
		}
	}
	if act == ActRequestChanges && strings.TrimSpace(with.Comment) == "" {
		tell("REQUIRED", "say what is to be changed", "comment")
	}
	if scheduled := act == ActSchedulePublish || act == ActScheduleWithdraw; scheduled && (with.At == nil || !with.At.After(w.now)) {
		tell("INVALID", "must be in the future", "at")
	}
	return problems
}

// perform does what an act does besides its stage.
func (w *write) perform(act Act, with With, items []Item, heads map[string]head) ([]Problem, error) {
	switch act {
	case ActPublish, ActSchedulePublish:
		p, err := w.prepare(items, heads)
		if err != nil || len(p.problems) > 0 {
			return p.orNone(), err
		}
		if act == ActPublish {
			return nil, p.publish(items)
		}
	case ActWithdraw:
		return nil, w.withdraw(items, heads)
	case ActTransfer:
		return w.transfer(with.Organization, items, heads)
	case ActAssign:
		return w.mayBeAssigned(with.Account, items, heads)
	case ActDelete:
		return nil, w.deleteDrafts(idsOf(items))
	default: // the stage is all
	}
	return nil, nil
}

func (p *publication) orNone() []Problem {
	if p == nil {
		return nil
	}
	return p.problems
}

// record writes what an act means for the entry itself, and its history.
func (w *write) record(s *Service, act Act, with With, item Item, e *ent.Entry, stage schema.Stage) (*ent.Entry, error) {
	u := w.Entry.UpdateOneID(e.ID).SetStage(stage).SetUpdatedAt(w.now)
	switch act {
	case ActSchedulePublish:
		u.SetPublishAt(with.At.UTC()).SetPublishOrder(with.At.UTC().Format(time.RFC3339)).SetPublishRevision(item.Revision).SetPublishBy(w.actor).ClearScheduleProblem()
	case ActScheduleWithdraw:
		u.SetWithdrawAt(with.At.UTC()).SetWithdrawBy(w.actor).SetWithdrawReason(with.Reason).ClearScheduleProblem()
	case ActPublish:
		unschedulePublish(u)
	case ActWithdraw:
		u.SetLive(false).ClearLiveAudience()
		unscheduleWithdraw(u)
	case ActUnschedule, ActArchive:
		unschedulePublish(u)
		unscheduleWithdraw(u)
	case ActTransfer:
		u.SetOwnerID(with.Organization).ClearAssigneeID()
	case ActAssign:
		if with.Account == "" {
			u.ClearAssigneeID()
		} else {
			u.SetAssigneeID(with.Account)
		}
	case ActRequestChanges:
		if author := w.author(e); author != "" && e.AssigneeID == nil {
			u.SetAssigneeID(author)
		}
	default:
	}
	e, err := u.Save(w.ctx)
	if err != nil {
		return nil, err
	}
	if with.Comment != "" {
		if _, err := w.say(s, e, with.Comment, act); err != nil {
			return nil, err
		}
	}
	return e, w.step(e, act, with.Reason, item.Acknowledge)
}

// author is the account that wrote the head of an entry, "" when it was a program or is no more.
func (w *write) author(e *ent.Entry) string {
	r, err := w.Revision.Query().Where(revision.EntryID(e.ID), revision.Number(e.Head)).Only(w.ctx)
	if err != nil {
		return ""
	}
	there, err := w.Account.Query().Where(account.ID(r.Author), account.DisabledAtIsNil()).Exist(w.ctx)
	if err != nil || !there {
		return ""
	}
	return r.Author
}

func unschedulePublish(u *ent.EntryUpdateOne) {
	u.ClearPublishAt().SetPublishOrder(schema.Never).ClearPublishRevision().ClearPublishBy().ClearScheduleProblem()
}

func unscheduleWithdraw(u *ent.EntryUpdateOne) {
	u.ClearWithdrawAt().ClearWithdrawBy().ClearWithdrawReason().ClearScheduleProblem()
}

func (w *write) say(s *Service, e *ent.Entry, text string, act Act) (*ent.Comment, error) {
	return w.Comment.Create().SetID(s.NewID("com")).SetEntryID(e.ID).SetRevision(e.Head).SetAuthor(w.actor).SetText(text).SetAct(string(act)).
		SetCreatedAt(w.now).Save(w.ctx)
}

// Comment says something about an entry.
func (s *Service) Comment(ctx context.Context, id, text string) (said *ent.Comment, problems []Problem, err error) {
	err = s.write(ctx, false, func(w *write) error {
		heads, err := w.heads([]string{id})
		if err != nil {
			return err
		}
		e := heads[id].entry
		tell := func(code, message string) {
			problems = append(problems, Problem{Code: code, Severity: SeverityError, Path: []string{"text"}, Message: message, Entry: id})
		}
		_, problem := w.decide(id, e, ActComment)
		switch n := utf8.RuneCountInString(text); {
		case problem != nil:
			problems = append(problems, *problem)
		case strings.TrimSpace(text) == "":
			tell("REQUIRED", "is empty")
		case n > maxText:
			tell("INVALID", fmt.Sprintf("has %d characters; at most %d", n, maxText))
		}
		if len(problems) > 0 {
			return errProblems
		}
		access.About(w.ctx, e.OwnerID)
		said, err = w.say(s, e, text, "")
		return err
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	return said, nil, err
}

// step keeps the history of an entry.
func (w *write) step(e *ent.Entry, act Act, reason string, acks []Acknowledgement) error {
	return w.Step.Create().SetEntryID(e.ID).SetRevision(e.Head).SetAct(string(act)).SetStage(e.Stage).SetActor(w.actor).SetAt(w.now).
		SetNillableReason(schema.OrNil(reason)).SetAcknowledged(acknowledged(acks)).Exec(w.ctx)
}

// transfer gives the entries to another organisation. Live rows follow at once.
func (w *write) transfer(to string, items []Item, heads map[string]head) (problems []Problem, err error) {
	tell := func(code, message, entry string) {
		problems = append(problems, Problem{Code: code, Severity: SeverityError, Path: []string{"organization"}, Message: message, Entry: entry})
	}
	there, err := ent.LiveIDs(w.ctx, w.Client, []string{to})
	if err != nil {
		return nil, err
	}
	if t, _ := ent.TypeOf(to); t.Name != "Organization" || !there[to] || w.viewer.RoleIn(to) == "" {
		tell("NOT_FOUND", "there is no such organisation", "")
		return problems, nil
	}
	if w.viewer.RoleIn(to).Rank() < schema.Editor.Rank() {
		tell("FORBIDDEN", "a transfer needs the role EDITOR in both organisations", "")
		return problems, nil
	}
	for _, item := range items {
		e := heads[item.ID].entry
		if e.Key != nil {
			taken, err := w.keyTaken(e.Type, to, *e.Key, e.ID)
			if err != nil {
				return nil, err
			}
			if taken {
				tell("KEY_TAKEN", "an entry of that organisation has its key", e.ID)
				continue
			}
		}
		if !e.Live {
			continue
		}
		row, err := w.revisions(map[string]int{e.ID: *e.Published})
		if err != nil {
			return nil, err
		}
		doc, err := decode(string(e.Type), []byte(row[e.ID].Document))
		if err != nil {
			return nil, err
		}
		if err := w.putLive(e, doc, *e.Slug, to); err != nil {
			return nil, err
		}
		w.changes = append(w.changes, changes.Entry{NodeID: e.ID, Action: schema.Upsert, Revision: *e.Published, Audience: *e.LiveAudience})
	}
	return problems, nil
}

// mayBeAssigned checks that an account has a part in what it is to work on.
func (w *write) mayBeAssigned(id string, items []Item, heads map[string]head) ([]Problem, error) {
	missing := []Problem{{Code: "NOT_FOUND", Severity: SeverityError, Path: []string{"account"}, Message: "nobody with a role in the organisation has this id"}}
	if id == "" {
		return nil, nil
	}
	who, err := w.Account.Query().Where(account.ID(id), account.DisabledAtIsNil()).Only(w.ctx)
	if ent.IsNotFound(err) {
		return missing, nil
	}
	if err != nil || who.HubRole != nil {
		return nil, err
	}
	for _, item := range items {
		has, err := w.Membership.Query().Where(membership.AccountID(id), membership.OrganizationID(heads[item.ID].entry.OwnerID)).Exist(w.ctx)
		if err != nil {
			return nil, err
		}
		if !has {
			return missing, nil
		}
	}
	return nil, nil
}

// deleteDrafts deletes entries that were never published, with all that was written of them. What other drafts say of them dangles.
func (w *write) deleteDrafts(ids []string) error {
	for chunk := range slices.Chunk(ids, 500) {
		_, err := w.Reference.Delete().Where(reference.FromIDIn(chunk...)).Exec(w.ctx)
		if err == nil {
			_, err = w.Revision.Delete().Where(revision.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Comment.Delete().Where(comment.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Step.Delete().Where(step.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Entry.Delete().Where(entry.IDIn(chunk...)).Exec(w.ctx)
		}
		if err != nil {
			return fmt.Errorf("delete drafts: %w", err)
		}
	}
	return nil
}

// decide is the pure decide for an entry as it is, and for the viewer.
func (w *write) decide(id string, e *ent.Entry, act Act) (schema.Stage, *Problem) {
	stage, err := Decide(w.viewer, e, act)
	if err == nil {
		return stage, nil
	}
	problem := Problem{Code: string(NotFound), Severity: SeverityError, Path: []string{}, Message: err.Error(), Entry: id}
	var ours *Error
	if errors.As(err, &ours) {
		problem.Code, problem.Message = string(ours.Code), ours.Message
		if ours.Field == "stage" {
			problem.Code = "STAGE"
		}
	}
	return "", &problem
}

// Decide tells what stage an act of the viewer leads an entry to, nil for none: an error says why it may not be.
func Decide(v access.Viewer, e *ent.Entry, act Act) (schema.Stage, error) {
	if e == nil {
		return decide(state{}, act, "")
	}
	role := v.RoleIn(e.OwnerID)
	switch scope := scopeOf(act); {
	case !v.Has(access.ScopeDrafts):
		role = "" // such a key sees what readers see
	case !v.Has(scope):
		return "", &Error{Code: Forbidden, Message: fmt.Sprintf("%s needs the scope %s", act, scope)}
	}
	return decide(state{e.Stage, e.Live, e.FirstPublishedAt != nil}, act, role)
}

// Acts are what the viewer may do with the entry now.
func Acts(v access.Viewer, e *ent.Entry) []Act {
	acts := []Act{}
	for _, act := range Act("").Values() {
		if _, err := Decide(v, e, Act(act)); err == nil {
			acts = append(acts, Act(act))
		}
	}
	return acts
}

// scopeOf is what a key needs for an act, besides reading and writing drafts.
func scopeOf(act Act) access.KeyScope {
	if rules[act].least.Rank() > schema.Contributor.Rank() {
		return access.ScopePublish
	}
	return access.ScopeDrafts
}

// Values lists the acts in the order in which they are shown. Reading and previewing are none to list.
func (Act) Values() []string {
	return []string{
		"SAVE", "RESTORE", "DISCARD", "SUBMIT", "REQUEST_CHANGES", "APPROVE", "PUBLISH", "SCHEDULE_PUBLISH", "WITHDRAW", "SCHEDULE_WITHDRAW",
		"UNSCHEDULE", "ARCHIVE", "UNARCHIVE", "DELETE", "TRANSFER", "ASSIGN", "COMMENT",
	}
}
